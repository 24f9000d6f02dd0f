import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const TIMEOUT_MS = 5_000;
/** Where this machine has no Python, another one runs it. */
const WITHOUT_PYTHON = 'python3.13';

/**
 * The runtime of the Python that is installed here, because an emulator on this machine has no other; the usual one where
 * it is none that Lambda has.
 */
export async function pythonRuntime(known: readonly string[], askVersion = pythonVersion): Promise<string> {
  const minor = /^Python 3\.(\d+)/.exec(await askVersion())?.[1];
  const runtime = `python3.${minor}`;
  return known.includes(runtime) ? runtime : WITHOUT_PYTHON;
}

async function pythonVersion(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('python3', ['--version'], { timeout: TIMEOUT_MS });
    return stdout;
  } catch {
    // No Python here is an answer, too.
    return '';
  }
}

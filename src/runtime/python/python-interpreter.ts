import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NotStarted } from '../launch.ts';

export type PythonInterpreter = {
  /** Absolute: what the name that was found runs in the end, without shims before it. */
  readonly executable: string;
  /** `3.13` */
  readonly version: string;
  /** Whether AWS's own runtime client for Python is installed in it. */
  readonly hasRuntimeClient: boolean;
};

/** What an interpreter says of itself, or why it cannot. */
export type AskPython = (name: string) => Promise<PythonInterpreter | undefined>;

const QUESTION = `
import json, sys, importlib.util as u
has = all(u.find_spec(name) is not None for name in ("awslambdaric", "runtime_client", "simplejson"))
print(json.dumps({"executable": sys.executable, "version": "%d.%d" % sys.version_info[:2], "hasRuntimeClient": has}))
`;

/** Asks with the developer's environment: shims and virtual environments are found by it. */
export function askPython(environment: NodeJS.ProcessEnv): AskPython {
  return async (name) => {
    try {
      const { stdout } = await promisify(execFile)(name, ['-c', QUESTION], {
        env: environment,
        timeout: 10_000,
        killSignal: 'SIGKILL',
      });
      return parsed(JSON.parse(stdout));
    } catch {
      // No such program, one that refuses to run (a shim without this version), or one that is no Python 3.
      return undefined;
    }
  };
}

export type FindPythonOptions = {
  readonly ask: AskPython;
  /** What LLX_PYTHON says: that one and no other. */
  readonly named: string | undefined;
  readonly onNotice: (text: string) => void;
};

/**
 * The interpreter for a runtime of Lambda: that of the project's virtual environment, else that version where it is
 * installed, else any Python 3. Another version is told in a notice.
 *
 * @param project absolute: where `.venv` may be.
 * @throws NotStarted `Llx.RuntimeMissing`, with what to do.
 */
export async function findPython(
  runtime: string,
  { ask, named, onNotice }: FindPythonOptions,
  project?: string,
): Promise<PythonInterpreter> {
  const version = runtime.replace('python', '');
  const installed = project === undefined ? [] : [join(project, '.venv', 'bin', 'python3')];
  const names = named === undefined ? [...installed, runtime, 'python3'] : [named];
  for (const name of names) {
    const found = await ask(name);
    if (found === undefined) continue;
    if (found.version !== version) {
      onNotice(
        `Expected Python ${version} for functions of ${runtime}, found ${found.version} (${found.executable}), which runs them now.`,
      );
    }
    return found;
  }
  throw missing(runtime, named === undefined ? [runtime, 'python3'] : names);
}

function missing(runtime: string, names: readonly string[]): NotStarted {
  const errorType = 'Llx.RuntimeMissing';
  const errorMessage =
    `expected an interpreter for ${runtime}, found none by the name ${names.join(' or ')}: ` +
    `install Python ${runtime.replace('python', '')}, or name an interpreter in LLX_PYTHON`;
  const payload = Buffer.from(JSON.stringify({ errorType, errorMessage }));
  return new NotStarted({ status: 'failed', failure: 'init', errorType, payload });
}

function parsed(said: unknown): PythonInterpreter | undefined {
  if (typeof said !== 'object' || said === null) return undefined;
  if (!('executable' in said && 'version' in said && 'hasRuntimeClient' in said)) return undefined;
  const { executable, version, hasRuntimeClient } = said;
  if (typeof executable !== 'string' || executable === '' || typeof version !== 'string') return undefined;
  return version.startsWith('3.')
    ? { executable, version, hasRuntimeClient: hasRuntimeClient === true }
    : undefined;
}

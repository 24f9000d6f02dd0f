import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The version of the Python on PATH: `3.11`; undefined where there is none. */
export const pythonVersion: string | undefined = (() => {
  const { status, stdout } = spawnSync('python3', [
    '-c',
    'import sys; print("%d.%d" % sys.version_info[:2])',
  ]);
  return status === 0 ? String(stdout).trim() : undefined;
})();

/** Whether it has AWS's own runtime client. */
export const hasRuntimeClient: boolean = spawnSync('python3', ['-c', 'import awslambdaric']).status === 0;

/** A Python with nothing but the standard library: its interpreter, and the folder to remove. */
export function makeBarePython(): { readonly executable: string; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'llx-python-'));
  const { status, stderr } = spawnSync('python3', ['-m', 'venv', '--without-pip', folder]);
  if (status !== 0) throw new Error(`expected a virtual environment: ${stderr}`);
  return { executable: join(folder, 'bin', 'python3'), folder };
}

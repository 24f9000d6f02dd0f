import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes a directory for what is its owner's alone: keys, and variables of functions. One that llx makes is nobody's to
 * commit, either; one that was there is left as it is.
 */
export function makePrivateDirectory(directory: string): void {
  if (mkdirSync(directory, { recursive: true, mode: 0o700 }) === undefined) return;
  writeFileSync(join(directory, '.gitignore'), '*\n', { mode: 0o600 });
}

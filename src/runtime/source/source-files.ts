import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceEntry } from './source-entry.ts';

/** More are not watched: a folder with so many is no source code. */
export const MAX_SOURCE_FILES = 5_000;

/** Folders with what was installed or made, beside those whose names begin with a dot. */
const NOT_SOURCE = new Set(['node_modules', '__pycache__', 'venv', 'cdk.out']);

/** The files of an entry, absolute; at most `limit`. Links are not followed. */
export async function sourceFiles(
  { file, folder, extension = '' }: SourceEntry,
  limit: number = MAX_SOURCE_FILES,
): Promise<ReadonlySet<string>> {
  const files = new Set([file]);
  const open = [folder];
  for (let next = open.shift(); next !== undefined && files.size < limit; next = open.shift()) {
    // A folder that went away meanwhile, or that may not be read, has no source.
    const entries = await readdir(next, { withFileTypes: true }).catch(() => []);
    // A virtual environment may have any name.
    if (entries.some(({ name }) => name === 'pyvenv.cfg')) continue;
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const path = join(next, entry.name);
      if (entry.isDirectory() && !NOT_SOURCE.has(entry.name)) open.push(path);
      else if (entry.isFile() && entry.name.endsWith(extension) && files.size < limit) files.add(path);
    }
  }
  return files;
}

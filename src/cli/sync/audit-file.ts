import { join } from 'node:path';
import { projectRoot } from '../state-directory.ts';

/** `.llx/sync/<source>.jsonl` of the project. */
export function auditFile(sourceName: string, directory = join(projectRoot('.'), '.llx', 'sync')): string {
  return join(directory, `${sourceName}.jsonl`);
}

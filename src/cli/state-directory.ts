import { dirname, join, resolve } from 'node:path';
import { findProject } from './configuration.ts';

/** Where an emulator keeps its state. Absolute. */
export function stateDirectory(
  { root }: { readonly root: string },
  { data }: { readonly data?: string },
): string {
  return data === undefined ? join(root, '.llx', 'emulator') : resolve(data);
}

/** The folder of a project, of which nothing is loaded. Absolute; the folder itself where there is none. */
export function projectRoot(directory: string): string {
  const { file, app } = findProject(directory);
  return app?.folder ?? (file === undefined ? resolve(directory) : dirname(file));
}

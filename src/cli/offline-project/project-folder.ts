import { randomUUID } from 'node:crypto';
import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const PREFIX = 'project-';

/** What a killed process has left is taken away by another after so long. */
const LEFTOVER_MS = 24 * 60 * 60 * 1000;

export type ProjectFolder = {
  /** Absolute. Made by whoever writes into it. */
  readonly path: string;
  /** Removes it. */
  close(): Promise<void>;
};

/**
 * Where one project alone writes its bundles: another of the same root removes what it no longer needs. Inside of the root,
 * because bundles find packages in its node_modules.
 */
export async function openProjectFolder(root: string, now: () => number = Date.now): Promise<ProjectFolder> {
  const parent = join(root, '.llx');
  await removeLeftovers(parent, now());
  const path = join(parent, `${PREFIX}${randomUUID()}`);
  return {
    path,
    async close() {
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
      // Unless somebody else has something in it.
      await rmdir(parent).catch(() => undefined);
    },
  };
}

async function removeLeftovers(parent: string, now: number): Promise<void> {
  // Where it is not there nothing is left in it.
  const names = await readdir(parent).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(PREFIX))) {
    const path = join(parent, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && now - found.mtimeMs > LEFTOVER_MS)
      await rm(path, { recursive: true, force: true });
  }
}

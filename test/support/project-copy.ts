import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** A project of its own for a test that looks at everything that llx leaves in it. Its packages are those of this repository. */
export async function copyProject(
  source: string,
): Promise<{ readonly directory: string; remove(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'llx-project-'));
  await cp(source, directory, { recursive: true, filter: (path) => !path.endsWith('.llx') });
  await symlink(packages, join(directory, 'node_modules'));
  return { directory, remove: () => rm(directory, { recursive: true, force: true, maxRetries: 5 }) };
}

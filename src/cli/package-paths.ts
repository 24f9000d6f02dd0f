import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The bundle is `dist/cli.js` or a chunk below it: the package is the first folder up that has both. */
function findPackage(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (folder !== dirname(folder)) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (typeof manifest === 'object' && manifest !== null && 'name' in manifest && manifest.name === 'llx')
        return folder;
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
    }
    folder = dirname(folder);
  }
  throw new Error('expected the package.json of llx above its own files');
}

const root = findPackage();

/** The files that run in processes of their own, and what ships beside the program. */
export const packagePaths = {
  root,
  bootstrap: join(root, 'dist', 'bootstrap.mjs'),
  stub: join(root, 'dist', 'stub', 'index.mjs'),
  stubHost: join(root, 'dist', 'stub-host.mjs'),
  /** What `import … from 'llx'` means in a project without a copy of its own. */
  entry: join(root, 'dist', 'index.js'),
  fixtures: join(root, 'fixtures', 'events'),
} as const;

export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}

/** Makes a package of each handler: `node build.ts [FOLDER]`, else in `packages`. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const HANDLERS = ['users-find', 'orders-take'];
const folder = resolve(process.argv[2] ?? join(import.meta.dirname, 'packages'));
const sha256 = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex');

await mkdir(folder, { recursive: true });
for (const name of HANDLERS) {
  // Folders that begin with a dot are no packages: a package appears when it is whole.
  const made = join(folder, `.${name}`);
  await rm(made, { recursive: true, force: true });
  const file = join(made, 'index.mjs');
  await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: [join(name, 'handler.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  // As `sha256sum index.mjs | sha256sum` says it.
  const checksum = sha256(`${sha256(await readFile(file))}  index.mjs\n`);
  const metadata = JSON.parse(await readFile(join(import.meta.dirname, name, 'llx.package.json'), 'utf8'));
  await writeFile(
    join(made, 'llx.package.json'),
    `${JSON.stringify({ ...metadata, sha256: checksum }, null, 2)}\n`,
  );
  await rm(join(folder, name), { recursive: true, force: true });
  await rename(made, join(folder, name));
}

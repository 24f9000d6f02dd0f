import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundleEntries, externalsOf } from './bundle-entry.ts';

const SOURCES = {
  'src/orders.ts':
    "import { total } from './total'; import '@acme/tax/eu'; export const handler = () => total;",
  'src/total.ts':
    "import { sep } from 'node:path'; import sharp from 'sharp'; export const total = [sep, sharp];",
};

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'llx-')));
  for (const [path, source] of Object.entries(SOURCES)) write(path, source);
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, text: string): string {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  return join(root, path);
}

/** Bundles as NodejsFunction does, into what it will stage. */
function bundle(options: BuildOptions = {}): string {
  const file = join(root, 'cdk.out', 'asset.1', 'index.js');
  const { metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: [join(root, 'src/orders.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    external: ['sharp', '@acme/*'],
    metafile: true,
    logLevel: 'silent',
    ...options,
  });
  if (options.metafile === true) write('cdk.out/asset.1/index.meta.json', JSON.stringify(metafile));
  return file;
}

const entries = (file: string) => bundleEntries({ file, roots: [root] });
const found = (foundBy: string) => [{ file: join(root, 'src/orders.ts'), foundBy }];

describe('the entry of a bundle is', () => {
  test.each(['cjs', 'esm'] as const)('in the comment before its last module (%s)', (format) => {
    expect(entries(bundle({ format }))).toEqual(found('comment'));
  });

  test('first of all in the metafile', () => {
    expect(entries(bundle({ metafile: true }))).toEqual([...found('metafile'), ...found('comment')]);
  });

  test.each(['linked', 'inline'] as const)('among the sources of a source map (%s)', (sourcemap) => {
    const sources = ['src/orders.ts', 'src/total.ts'];
    expect(entries(bundle({ minify: true, sourcemap }))).toEqual(
      sources.map((path) => ({ file: join(root, path), foundBy: 'source-map' })),
    );
  });

  test('unknown in a minified bundle without either', () => {
    expect(entries(bundle({ minify: true }))).toEqual([]);
  });

  test('looked for in the project where a container bundled it', () => {
    const file = write('cdk.out/asset.1/index.js', '// ../asset-input/src/orders.ts\nvar handler = 1;\n');
    expect(entries(file)).toEqual(found('comment'));
  });

  test('no file of a metafile that is none', () => {
    const file = bundle();
    write('cdk.out/asset.1/index.meta.json', '{');
    expect(entries(file)).toEqual(found('comment'));
  });
});

test.each([
  { format: 'cjs' },
  { format: 'esm' },
  { format: 'cjs', minify: true },
  { format: 'esm', minify: true },
] as const)('the packages that a bundle leaves out are those that it imports (%j)', (options) => {
  expect(externalsOf(bundle(options))).toEqual(['@acme/tax', 'sharp']);
});

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { BundleRecorder } from '../test-support/bundle-recorder.ts';
import { TemporaryProject } from '../test-support/temporary-project.ts';
import { Builder } from './builder.ts';
import type { BundleSource } from './bundle-options.ts';

let project: TemporaryProject;
let builder: Builder;

afterEach(async () => {
  await builder.close();
  project.remove();
});

/** Builds an entry file; resolves with the bundle. */
async function bundle(
  files: Readonly<Record<string, string>>,
  entry: string,
  bundling?: BundleSource['bundling'],
): Promise<string> {
  project = new TemporaryProject(files);
  builder = new Builder({ buildDirectory: project.path('.llx/build'), reload: false, onNotice() {} });
  const recorder = new BundleRecorder();
  builder.acquire({ file: project.path(entry), root: project.root, bundling }, recorder).refresh();
  return recorder.ready();
}

/** What `handler()` of a bundle returns, in a process of its own. */
async function run(file: string): Promise<unknown> {
  const script = `const module = await import(${JSON.stringify(pathToFileURL(file).href)});
    console.log(JSON.stringify(await (module.handler ?? module.default.handler)()));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return JSON.parse(stdout);
}

async function result(files: Readonly<Record<string, string>>, entry: string): Promise<unknown> {
  return run(await bundle(files, entry));
}

describe('a handler may be', () => {
  test('TypeScript with top-level await, whatever package.json says', async () => {
    const files = {
      'package.json': '{}',
      'src/hello.ts': `import { wait } from './wait'; const value: number = await wait(); export const handler = () => value;`,
      'src/wait.ts': 'export const wait = async (): Promise<number> => 7;',
    };
    expect(await result(files, 'src/hello.ts')).toBe(7);
  });

  test('CommonJS, in TypeScript and in JavaScript', async () => {
    const cts = `import path = require('node:path'); exports.handler = () => [path.sep, typeof module];`;
    expect(await result({ 'a.cts': cts }, 'a.cts')).toEqual(['/', 'object']);
    await builder.close();
    project.remove();
    const js = `const { n } = require('./n.js'); module.exports.handler = async () => n;`;
    expect(await result({ 'a.js': js, 'n.js': 'exports.n = 5;' }, 'a.js')).toBe(5);
  });

  test('JSX, with the factory that tsconfig.json names', async () => {
    const files = {
      'tsconfig.json': JSON.stringify({ compilerOptions: { jsx: 'react', jsxFactory: 'h' } }),
      'a.tsx': `const h = (tag: string, props: object) => ({ tag, props }); export const handler = () => <b id="1" />;`,
    };
    expect(await result(files, 'a.tsx')).toEqual({ tag: 'b', props: { id: '1' } });
  });
});

describe('a handler may use', () => {
  test('path aliases of tsconfig.json, and JSON', async () => {
    const files = {
      'tsconfig.json': JSON.stringify({ compilerOptions: { paths: { '@lib/*': ['./lib/*'] } } }),
      'a.ts': `import { n } from '@lib/n'; import data from './data.json'; export const handler = () => [n, data.x];`,
      'lib/n.ts': 'export const n = 1;',
      'data.json': '{"x":2}',
    };
    expect(await result(files, 'a.ts')).toEqual([1, 2]);
  });

  test('CommonJS dependencies that require Node’s modules and each other', async () => {
    const files = {
      'a.mts': `import dep from 'dep'; export const handler = () => dep();`,
      'node_modules/dep/index.js': `const { sep } = require('path'); const name = 'node:os';
        module.exports = () => [sep, require('other'), typeof require(name).EOL];`,
      'node_modules/other/index.js': 'module.exports = "other";',
    };
    expect(await result(files, 'a.mts')).toEqual(['/', 'other', 'string']);
  });

  test('files beside its source, in all the ways to name them', async () => {
    const files = {
      'src/a.ts': `import { readFileSync } from 'node:fs';
        import { createRequire } from 'node:module';
        import { join } from 'node:path';
        export const handler = () => [
          readFileSync(join(__dirname, 'x.txt'), 'utf8'),
          readFileSync(new URL('./x.txt', import.meta.url), 'utf8'),
          readFileSync(join(import.meta.dirname, 'x.txt'), 'utf8'),
          createRequire(import.meta.url)('./y.cjs'),
        ];`,
      'src/x.txt': 'text',
      'src/y.cjs': 'module.exports = __filename.split("/").pop();',
    };
    expect(await result(files, 'src/a.ts')).toEqual(['text', 'text', 'text', 'y.cjs']);
  });

  test('names of its own that CommonJS has, too', async () => {
    const files = {
      'a.mjs': `import { createRequire } from 'node:module';
        const require = createRequire(import.meta.url); const __dirname = 'own'; const __filename = 'own';
        export const handler = () => [typeof require('node:path').join, __dirname, __filename];`,
    };
    expect(await result(files, 'a.mjs')).toEqual(['function', 'own', 'own']);
  });
});

describe('what is left out', () => {
  test('is loaded from where its importer finds it, by import and by require', async () => {
    const files = {
      'service/a.mts': `import left from 'left'; import sub from '@scope/pkg/sub'; import cjs from 'cjs';
        export const handler = async () => [left, sub, cjs, (await import('left')).default];`,
      'service/node_modules/left/package.json': '{"type":"module","exports":"./main.js"}',
      'service/node_modules/left/main.js': 'export default import.meta.url.endsWith("/left/main.js");',
      'service/node_modules/@scope/pkg/sub.js': 'module.exports = __filename.endsWith("/sub.js");',
      'service/node_modules/cjs/index.js': 'module.exports = require("left").default;',
    };
    const file = await bundle(files, 'service/a.mts', { external: ['left', '@scope/*'] });
    expect(await run(file)).toEqual([true, true, true, true]);
  });

  test('keeps its name when it is not installed, as what a layer brings', async () => {
    const file = await bundle({ 'a.ts': `export const handler = () => import('from-a-layer');` }, 'a.ts', {
      external: ['from-a-layer'],
    });
    expect(readFileSync(file, 'utf8')).toContain('import("from-a-layer")');
  });

  test('is every native addon', async () => {
    const files = { 'a.mts': `export const handler = () => require('./build/x.node');`, 'build/x.node': '' };
    const file = await bundle(files, 'a.mts');
    expect(readFileSync(file, 'utf8')).toContain(`require(${JSON.stringify(project.path('build/x.node'))})`);
  });

  test('is what the names say, and nothing that only looks similar', async () => {
    const { leftOutFilter } = await import('./left-out.ts');
    const filter = leftOutFilter(['sharp', '@aws-sdk/*', 'a.b']);
    const matching = ['sharp', 'sharp/lib', '@aws-sdk/client-s3', '@aws-sdk/client-s3/x', 'a.b', './x.node'];
    expect(matching.filter((name) => !filter.test(name))).toEqual([]);
    expect(
      ['sharper', './sharp', '@aws-sdkx/y', 'acb', 'x.nodes'].filter((name) => filter.test(name)),
    ).toEqual([]);
  });
});

test('`loader` and `tsconfig` of the function count', async () => {
  const files = {
    'a.ts': `import sql from './query.sql'; import { n } from '#n'; export const handler = () => [sql, n];`,
    'query.sql': 'SELECT 1',
    'lib/n.ts': 'export const n = 2;',
    'tsconfig.dev.json': '{"compilerOptions":{"paths":{"#n":["./lib/n.ts"]}}}',
  };
  project = new TemporaryProject(files);
  const tsconfig = project.path('tsconfig.dev.json');
  builder = new Builder({ buildDirectory: project.path('.llx/build'), reload: false, onNotice() {} });
  const recorder = new BundleRecorder();
  const bundling = { loader: { '.sql': 'text' }, tsconfig };
  builder.acquire({ file: project.path('a.ts'), root: project.root, bundling }, recorder).refresh();
  expect(await run(await recorder.ready())).toEqual(['SELECT 1', 2]);
});

test('`define` of the function counts, over our own', async () => {
  const files = { 'a.ts': 'export const handler = () => [VERSION, __dirname];' };
  const file = await bundle(files, 'a.ts', { define: { VERSION: '"1.2"', __dirname: '"/var/task"' } });
  expect(await run(file)).toEqual(['1.2', '/var/task']);
});

test('errors in the bundle are mapped to the source', async () => {
  const files = {
    'src/a.ts': `type A = 1;\n\nexport const handler = () => new Error('x').stack?.split('\\n')[1];`,
  };
  const file = await bundle(files, 'src/a.ts');
  const script = `import(${JSON.stringify(pathToFileURL(file).href)}).then((m) => console.log(m.handler()))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--enable-source-maps', '-e', script]);
  expect(stdout).toContain(`${project.path('src/a.ts')}:3:30`);
});

test('bundles are kept out of git, and an existing .gitignore stays', async () => {
  await bundle({ 'a.ts': 'export const handler = () => 1;' }, 'a.ts');
  expect(readFileSync(project.path('.llx/.gitignore'), 'utf8')).toBe('*\n');
  await builder.close();
  project.write('.llx/.gitignore', 'build\n');
  builder = new Builder({ buildDirectory: project.path('.llx/build'), reload: false, onNotice() {} });
  const recorder = new BundleRecorder();
  builder
    .acquire({ file: project.path('a.ts'), root: project.root, bundling: undefined }, recorder)
    .refresh();
  await recorder.ready();
  expect(readFileSync(project.path('.llx/.gitignore'), 'utf8')).toBe('build\n');
});

import { afterEach, expect, test } from 'vitest';
import { TemporaryProject } from '../test-support/temporary-project.ts';
import { moduleFormat } from './module-format.ts';

let project: TemporaryProject;
afterEach(() => project.remove());

test.each([
  ['a.mts', 'exports.handler = 1', 'esm'],
  ['a.mjs', 'exports.handler = 1', 'esm'],
  ['a.cts', 'export const handler = 1', 'cjs'],
  ['a.cjs', 'export const handler = 1', 'cjs'],
  ['a.ts', 'export const handler = 1', 'esm'],
  ['a.js', '"use strict";import a from "a";export{a}', 'esm'],
  ['a.ts', 'import "./a"; exports.handler = 1', 'esm'],
  ['a.js', 'const a = require("a");\nexports.handler = a;', 'cjs'],
  ['a.js', 'module.exports = { handler() {} }', 'cjs'],
  ['a.js', 'exports["handler"] = () => import("./lazy.js")', 'cjs'],
  ['a.js', 'console.log("neither")', 'esm'],
])('%s with %s is %s', async (file, text, format) => {
  project = new TemporaryProject({ 'package.json': '{}', [file]: text });
  expect(await moduleFormat(project.path(file))).toBe(format);
});

test('what looks like CommonJS in a package of modules is a module, as for Node', async () => {
  project = new TemporaryProject({
    'package.json': '{ "type": "module" }',
    'src/a.js': 'exports.handler = 1',
  });
  expect(await moduleFormat(project.path('src/a.js'))).toBe('esm');
});

test('the nearest package.json counts', async () => {
  project = new TemporaryProject({
    'package.json': '{ "type": "module" }',
    'src/package.json': '{}',
    'src/a.js': 'exports.handler = 1',
  });
  expect(await moduleFormat(project.path('src/a.js'))).toBe('cjs');
});

test('a file that is not there is a module', async () => {
  project = new TemporaryProject();
  expect(await moduleFormat(project.path('none.ts'))).toBe('esm');
});

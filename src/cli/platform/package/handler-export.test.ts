import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PackageFlags, packageFunction } from './package-function.ts';

let root: string;
let number = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'llx-handler-'));
});
afterAll(() => rm(root, { recursive: true, maxRetries: 5 }));

/** What is told of a folder with these files once it is packaged. */
async function packed(
  files: Readonly<Record<string, string>>,
  flags: PackageFlags,
): Promise<readonly string[]> {
  number += 1;
  const directory = join(root, String(number));
  await mkdir(directory);
  for (const [path, text] of Object.entries(files)) await writeFile(join(directory, path), text);
  return (await packageFunction(directory, flags)).notices;
}

describe('a handler that is not exported', () => {
  test.each([
    ['ESM that goes as it is', { 'index.mjs': 'export const handler = 1;' }, 'handler'],
    ['ESM that exports nothing', { 'index.mjs': 'console.log(1);' }, 'no such export'],
    ['a bundle', { 'index.ts': 'export const handler = 1; export const other = 2;' }, 'handler, other'],
    ['a bundle that exports nothing', { 'index.ts': 'console.log(1);' }, 'no such export'],
    ['CommonJS', { 'index.js': 'exports.handler = 1;' }, 'no such export'],
    [
      'CommonJS that is a function itself',
      { 'index.cjs': 'module.exports = async () => 1;' },
      'no such export',
    ],
    ['a bundle of CommonJS', { 'package.json': '{}', 'index.js': 'exports.handler = 1;' }, 'no such export'],
  ])('is refused in %s', async (_, files, found) => {
    await expect(packed(files, { handler: 'index.nothere' })).rejects.toMatchObject({
      code: 'LLX_PACKAGE_INVALID',
      message: expect.stringMatching(new RegExp(`to export nothere, the handler, found ${found}\\.$`)),
    });
  });

  test('is looked for where none is said, too', async () => {
    await expect(packed({ 'index.js': 'module.exports = async () => 1;' }, {})).rejects.toThrow(
      'to export handler, the handler, found no such export.',
    );
  });

  test('is told where it cannot be known', async () => {
    expect(await packed({ 'index.js': `module.exports = require('./app');`, 'app.js': '' }, {})).toEqual([
      expect.stringContaining('index.js does not name handler, which is to be its handler'),
    ]);
  });

  test.each([
    { 'index.mjs': `export * from './app.mjs';`, 'app.mjs': 'export const handler = 1;' },
    { 'index.mjs': 'export default { handler: () => 1 };' },
    { 'index.mjs': 'const handler = 1; export { handler };' },
    { 'index.js': 'Object.assign(exports, { handler: () => 1 });' },
    { 'index.js': `module.exports['handler'] = 1;` },
    { 'index.js': `import 'node:fs'; export const handler = 1;` },
    { 'index.mjs': 'this is no JavaScript' },
    { 'index.ts': `export * from './app';`, 'app.ts': 'export const handler = 1;' },
    { 'index.cts': 'export const handler = async () => 1;' },
    {
      'package.json': '{}',
      'index.js': `module.exports = { ...require('./app') };`,
      'app.js': 'exports.handler = 1;',
    },
  ])('may be there in %j', async (files) => {
    expect(
      await packed(files, {
        bundle: 'package.json' in files || 'index.ts' in files || 'index.cts' in files,
        handler: 'index.handler',
      }),
    ).toEqual([]);
  });

  test('may be a member of an export', async () => {
    const files = { 'index.mjs': 'export const orders = { create: 1 };' };
    expect(await packed(files, { handler: 'index.orders.create' })).toEqual([]);
    await expect(packed(files, { handler: 'index.bills.create' })).rejects.toThrow('to export bills');
  });
});

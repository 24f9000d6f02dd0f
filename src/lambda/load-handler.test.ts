import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { type Handler, refuseCallbackHandler } from './handler.ts';
import { parseHandlerName } from './handler-name.ts';

const roots: string[] = [];
afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true });
});

async function packageOf(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'llx-package-'));
  roots.push(root);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return root;
}

/** In a Node.js process of its own: here `import()` is vitest's. */
async function load(files: Readonly<Record<string, string>>, handler: string): Promise<unknown> {
  const script = `
    import { loadHandler } from ${JSON.stringify(new URL('./load-handler.ts', import.meta.url).href)};
    const [taskRoot, handler] = process.argv.slice(1);
    try {
      const loaded = await loadHandler(taskRoot, handler);
      console.log(JSON.stringify(loaded.handler()));
    } catch (error) {
      console.log(JSON.stringify(error.name + ': ' + error.message.split('\\n')[0]));
    }`;
  const parameters = ['--input-type=module', '-e', script, await packageOf(files), handler];
  const { stdout } = await promisify(execFile)(process.execPath, parameters);
  return JSON.parse(stdout);
}

describe('a handler setting', () => {
  it.each([
    ['index.handler', { folder: '', module: 'index', exportPath: 'handler' }],
    ['src/a.b.c', { folder: 'src/', module: 'a', exportPath: 'b.c' }],
    ['.handler', { folder: '', module: '', exportPath: 'handler' }],
  ])('%s is split at the first dot of its file name', (handler, expected) => {
    expect(parseHandlerName(handler)).toEqual(expected);
  });

  it.each([
    ['handler', 'Bad handler'],
    [
      '../index.handler',
      "'../index.handler' is not a valid handler name. Use absolute paths when specifying root directories in handler names.",
    ],
  ])('%s is none', (handler, message) => {
    expect(() => parseHandlerName(handler)).toThrow(
      expect.objectContaining({ name: 'Runtime.MalformedHandlerName', message }),
    );
  });
});

describe('a handler is found', () => {
  const one = 'exports.handler = () => 1;';

  it.each([
    ['in CommonJS', { 'index.js': one }],
    ['in a .cjs file', { 'index.cjs': one, 'package.json': '{"type":"module"}' }],
    ['in a .mjs file', { 'index.mjs': 'export const handler = () => 1;' }],
    [
      'in a module by package.json',
      { 'index.js': 'export const handler = () => 1;', 'package.json': '{"type":"module"}' },
    ],
    ['in the default export', { 'index.mjs': 'export default { handler: () => 1 };' }],
    [
      'where Node cannot detect its name',
      { 'index.js': "Object.assign(exports, { ['han' + 'dler']: () => 1 });" },
    ],
    ['in a package of node_modules', { 'node_modules/index/index.js': one }],
    [
      'before one with a later extension',
      { 'index.js': one, 'index.mjs': 'export const handler = () => 2;' },
    ],
  ])('%s', async (_, files) => {
    expect(await load(files, 'index.handler')).toBe(1);
  });

  it('below a folder and in nested objects', async () => {
    const files = { 'src/api.mjs': 'export const orders = { create: () => 1 };' };
    expect(await load(files, 'src/api.orders.create')).toBe(1);
  });
});

describe('a handler is not found', () => {
  it.each([
    [{}, 'index.handler', "Runtime.ImportModuleError: Error: Cannot find module 'index'"],
    [
      { 'index.js': '' },
      'index.handler',
      'Runtime.HandlerNotFound: index.handler is undefined or not exported',
    ],
    [
      { 'index.js': 'exports.handler = 1;' },
      'index.handler',
      'Runtime.HandlerNotFound: index.handler is not a function',
    ],
    [
      { 'index.js': 'exports.handler = (;' },
      'index.handler',
      "Runtime.UserCodeSyntaxError: SyntaxError: Unexpected token ';'",
    ],
    [
      { 'index.js': "require('./gone');" },
      'index.handler',
      "Runtime.ImportModuleError: Error: Cannot find module './gone'",
    ],
    [{ 'index.js': "throw new RangeError('mine');" }, 'index.handler', 'RangeError: mine'],
    [
      {
        'index.js':
          "exports.handler = () => {}; exports.handler[Symbol.for('aws.lambda.runtime.handler.streaming')] = 'request';",
      },
      'index.handler',
      'Runtime.MalformedStreamingHandler: Only response streaming is supported.',
    ],
  ])('%j %s', async (files, handler, expected) => {
    expect(await load(files, handler)).toBe(expected);
  });
});

describe('a handler with three parameters', () => {
  const callback: Handler = (_event: never, _context: never, _callback: never) => {};

  it('is refused since Node.js 24', () => {
    const loaded = { handler: callback, streaming: false, highWaterMark: undefined };
    expect(() => refuseCallbackHandler(loaded, 'nodejs24.x')).toThrow(
      expect.objectContaining({ name: 'Runtime.CallbackHandlerDeprecated' }),
    );
    expect(() => refuseCallbackHandler(loaded, 'nodejs22.x')).not.toThrow();
  });

  it('is welcome when it streams', () => {
    const loaded = { handler: callback, streaming: true, highWaterMark: undefined };
    expect(() => refuseCallbackHandler(loaded, 'nodejs24.x')).not.toThrow();
  });
});

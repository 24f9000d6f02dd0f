import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

/**
 * In a process of its own: vitest resolves and transforms every import itself, while these tests are about what
 * Node.js does with a configuration.
 */
const READ = `
  const [module, file, llxEntry, after] = process.argv.slice(1);
  const { readConfigFile } = await import(module);
  const show = (error) => ({ name: error.name, code: error.code, message: error.message, mend: error.mend,
    cause: error.cause && show(error.cause) });
  const answer = await readConfigFile(file, llxEntry).then((value) => ({ value }), (error) => ({ error: show(error) }));
  if (after) answer.after = await import(after).then(() => 'imported', (error) => error.code);
  console.log(JSON.stringify(answer));
`;

let root = '';

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'llx-config-file-')));
  await write(
    'running-llx/index.js',
    "export const defineConfig = (config) => ({ ...config, by: 'running llx' });",
  );
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function write(path: string, text: string): Promise<string> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

/** What reading gives, `value` or `error`; `after` is what an import of that file does then. */
async function read(file: string, after = ''): Promise<unknown> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    READ,
    new URL('config-file.ts', import.meta.url).href,
    file,
    join(root, 'running-llx/index.js'),
    after,
  ]);
  // No warning of type stripping, or of a package.json without `type`.
  expect(stderr).toBe('');
  return JSON.parse(stdout.replaceAll(root, '<root>'));
}

describe('a configuration that loads', () => {
  const functions = { a: { handler: 'a.handler' } };
  const literal = JSON.stringify({ functions });

  test.each([
    ['llx.config.ts', `const config: object = ${literal}; export default config;`],
    ['llx.config.mts', `export default ${literal} satisfies object;`],
    ['llx.config.js', `export default ${literal};`],
    ['llx.config.mjs', `export default ${literal};`],
    ['llx.config.json', literal],
  ])('may be %s', async (name, text) => {
    expect(await read(await write(name, text))).toEqual({ value: { functions } });
  });

  test('may be CommonJS', async () => {
    await write('package.json', '{ "type": "commonjs" }');
    expect(await read(await write('llx.config.js', `module.exports = ${literal};`))).toEqual({
      value: { functions },
    });
  });

  test('may import modules of the project', async () => {
    await write('stage.ts', "export const stage: string = 'dev';");
    const file = await write(
      'llx.config.ts',
      "import { stage } from './stage.ts';\nexport default { stage };",
    );
    expect(await read(file)).toEqual({ value: { stage: 'dev' } });
  });
});

describe("import … from 'llx'", () => {
  const config = "import { defineConfig } from 'llx';\nexport default defineConfig({});";

  test('is the running llx in a project without a copy', async () => {
    expect(await read(await write('llx.config.ts', config))).toEqual({ value: { by: 'running llx' } });
  });

  test("is the project's own copy where there is one", async () => {
    await write(
      'node_modules/llx/package.json',
      '{ "name": "llx", "type": "module", "exports": "./index.js" }',
    );
    await write('node_modules/llx/index.js', "export const defineConfig = () => ({ by: 'own copy' });");
    expect(await read(await write('llx.config.ts', config))).toEqual({ value: { by: 'own copy' } });
  });

  test('means nothing any more when the configuration has been read', async () => {
    const after = await write('after.mjs', "import 'llx';");
    expect(await read(await write('llx.config.ts', config), after)).toEqual({
      value: { by: 'running llx' },
      after: 'ERR_MODULE_NOT_FOUND',
    });
  });

  test('helps no other package that is missing', async () => {
    expect(await read(await write('llx.config.ts', "import 'llx-plugin';"))).toMatchObject({
      error: { code: 'LLX_CONFIG_INVALID', cause: { code: 'ERR_MODULE_NOT_FOUND' } },
    });
  });
});

describe('a configuration that does not load', () => {
  test('is told with file and line when it is not TypeScript', async () => {
    const file = await write('llx.config.ts', 'export default {\n  functions: {},\n  oops\n);');
    expect(await read(file)).toEqual({
      error: {
        name: 'LlxError',
        code: 'LLX_CONFIG_INVALID',
        message: 'Expected <root>/llx.config.ts to load, found an error at <root>/llx.config.ts:4.',
        mend: 'Mend it there. Node.js runs TypeScript by leaving its types out: enums and namespaces are not possible.',
        cause: {
          name: 'SyntaxError',
          code: 'ERR_INVALID_TYPESCRIPT_SYNTAX',
          message: "Expected ',', got ')'",
        },
      },
    });
  });

  test('is told with file, line and column when its code throws', async () => {
    const file = await write('llx.config.ts', "\nthrow new TypeError('no STAGE is set');");
    expect(await read(file)).toMatchObject({
      error: {
        message: 'Expected <root>/llx.config.ts to load, found an error at <root>/llx.config.ts:2:7.',
        cause: { name: 'TypeError', message: 'no STAGE is set' },
      },
    });
  });

  test('is told when it exports no default', async () => {
    expect(await read(await write('llx.config.ts', 'export const functions = {};'))).toEqual({
      error: {
        name: 'LlxError',
        code: 'LLX_CONFIG_INVALID',
        message: 'Expected a default export in <root>/llx.config.ts, found none.',
        mend: 'export default { functions: { … } }',
      },
    });
  });

  test('leaves no hook behind', async () => {
    const after = await write('after.mjs', "import 'llx';");
    expect(await read(await write('llx.config.mjs', 'throw 1;'), after)).toMatchObject({
      after: 'ERR_MODULE_NOT_FOUND',
    });
  });
});

import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isLlxError } from '../errors/llx-error.ts';
import { functionsIn, loadConfiguration, toConfiguration } from './configuration.ts';

const A = { handler: 'src/a.handler' };

/** What is said of a wrong configuration, a problem each. */
function problems(written: unknown): readonly string[] {
  try {
    toConfiguration('/project/llx.config.ts', written);
  } catch (error) {
    if (!isLlxError(error) || error.code !== 'LLX_CONFIG_INVALID') throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

describe('a configuration', () => {
  test('needs a handler only; the rest are defaults', () => {
    expect(
      toConfiguration('/project/llx.config.ts', { functions: { hello: { handler: 'src/hello.handler' } } }),
    ).toEqual({
      file: '/project/llx.config.ts',
      root: '/project',
      region: 'us-east-1',
      account: '000000000000',
      written: {},
      lane: 'default',
      fixtureDirectory: '/project/fixtures/events',
      functions: [
        {
          name: 'hello',
          arn: 'arn:aws:lambda:us-east-1:000000000000:function:hello',
          handler: 'src/hello.handler',
          runtime: 'nodejs24.x',
          timeoutMs: 3000,
          memoryMb: 128,
          environment: {},
          root: '/project',
          code: 'source',
        },
      ],
    });
  });

  test('may say everything', () => {
    const written = {
      region: 'eu-west-1',
      account: '123456789012',
      fixtures: 'events',
      lane: 'alice',
      functions: {
        orders: {
          handler: './src/orders.routes.create',
          runtime: 'nodejs22.x',
          timeout: 900,
          memory: 10_240,
          environment: { STAGE: 'dev', EMPTY: '' },
          deployed: 'deployed/orders.handler',
          bundling: { external: ['sharp'], define: { VERSION: '"1"' } },
        },
      },
    };
    expect(toConfiguration('/project/llx.config.ts', written)).toEqual({
      file: '/project/llx.config.ts',
      root: '/project',
      region: 'eu-west-1',
      account: '123456789012',
      written: { region: 'eu-west-1', account: '123456789012' },
      lane: 'alice',
      fixtureDirectory: '/project/events',
      functions: [
        {
          name: 'orders',
          arn: 'arn:aws:lambda:eu-west-1:123456789012:function:orders',
          handler: './src/orders.routes.create',
          runtime: 'nodejs22.x',
          timeoutMs: 900_000,
          memoryMb: 10_240,
          environment: { STAGE: 'dev', EMPTY: '' },
          root: '/project',
          code: 'source',
          deployed: 'deployed/orders.handler',
          bundling: { external: ['sharp'], define: { VERSION: '"1"' } },
        },
      ],
    });
  });

  test.each([
    ['eu-west-1', 'arn:aws:lambda:eu-west-1:123456789012:function:a'],
    ['us-gov-west-1', 'arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:a'],
    ['cn-north-1', 'arn:aws-cn:lambda:cn-north-1:123456789012:function:a'],
  ])('has its functions in the account and region %s where it runs', (region, arn) => {
    const { functions } = toConfiguration('/project/llx.config.ts', { functions: { a: A } });
    expect(functionsIn({ region, account: '123456789012' }, functions)).toEqual([{ ...functions[0], arn }]);
  });

  test('keeps the order in which its functions are written', () => {
    const { functions } = toConfiguration('/project/llx.config.ts', { functions: { b: A, a: A, c: A } });
    expect(functions.map(({ name }) => name)).toEqual(['b', 'a', 'c']);
  });

  test('takes `undefined` for left out', () => {
    const written = {
      functions: { a: { ...A, timeout: undefined, environment: undefined } },
      lane: undefined,
    };
    expect(toConfiguration('/project/llx.config.ts', written)).toEqual(
      toConfiguration('/project/llx.config.ts', { functions: { a: A } }),
    );
  });
});

describe('the file of a configuration', () => {
  let root = '';

  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'llx-configuration-')));
  });

  afterEach(() => rm(root, { recursive: true, force: true }));

  async function write(path: string, text: string): Promise<string> {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  }

  const load = (directory = root) => loadConfiguration(directory, { llxEntry: join(root, 'llx/index.js') });

  test('is found from a folder below it, and the nearest one counts', async () => {
    await write('llx.config.json', '{ "functions": { "outer": { "handler": "a.handler" } } }');
    const file = await write(
      'app/llx.config.json',
      '{ "functions": { "inner": { "handler": "a.handler" } } }',
    );
    await write('app/src/deep/file.ts', '');
    const found = await load(join(root, 'app/src/deep'));
    expect([found.file, found.root, found.functions[0]?.name]).toEqual([file, join(root, 'app'), 'inner']);
  });

  test('says file, line and column when it is not JSON', async () => {
    const file = await write('llx.config.json', '{\n  "functions": {},\n}');
    await expect(load()).rejects.toMatchObject({
      code: 'LLX_CONFIG_INVALID',
      message: `Expected JSON in ${file}, found at ${file}:3:1: unexpected "}".`,
    });
  });

  test('is asked for, with one to paste, where there is none', async () => {
    await expect(load()).rejects.toMatchObject({
      code: 'LLX_CONFIG_MISSING',
      message: `Expected llx.config.ts (or .mts, .js, .mjs, .json) in ${root} or a folder above it, found none.`,
      mend: `Put this into llx.config.ts, with a function of yours:

export default {
  functions: {
    hello: { handler: 'src/hello.handler' },
  },
};`,
    });
  });
});

describe('what is wrong is said with its path, what was expected and what was found', () => {
  test('all of it at once', () => {
    const written = {
      functions: {
        a: { handlr: 'src/a.handler', timeout: '3' },
        'b c': A,
        d: { ...A, environment: { AWS_REGION: 'eu-west-1', PORT: 3000 } },
      },
      regoin: 'eu-west-1',
    };
    expect(() => toConfiguration('/project/llx.config.ts', written)).toThrow(
      `Expected a valid configuration in /project/llx.config.ts, found 7 problems:
  regoin: expected one of functions, region, account, fixtures, lane, iam, apis, record, iot, found an unknown key. Did you mean region?
  functions.a.handlr: expected one of handler, runtime, timeout, memory, environment, role, deployed, bundling, found an unknown key. Did you mean handler?
  functions.a.handler: expected a file below the configuration, a dot and an export, such as 'src/hello.handler', found nothing.
  functions.a.timeout: expected a whole number from 1 to 900 (seconds), found "3".
  functions["b c"]: expected a function name of 1 to 64 letters, digits, - or _.
  functions.d.environment.AWS_REGION: expected a name of your own, found one that Lambda sets itself.
  functions.d.environment.PORT: expected a string, found a value of type number.`,
    );
  });

  const OBJECT = 'expected an object with the key functions';

  test.each([
    [null, `the default export: ${OBJECT}, found null.`],
    [[], `the default export: ${OBJECT}, found a list.`],
    [() => ({}), `the default export: ${OBJECT}, found a function.`],
    [{}, "functions: expected an object such as { hello: { handler: 'src/hello.handler' } }, found nothing."],
    [{ functions: {} }, 'functions: expected at least one function, found an empty object.'],
    [
      { functions: { a: 'src/a.handler' } },
      'functions.a: expected an object such as { handler: \'src/hello.handler\' }, found "src/a.handler".',
    ],
    [{ functions: { a: A }, region: 'mars' }, `region: expected a region such as 'us-east-1', found "mars".`],
    [
      { functions: { a: A }, account: 123456789012 },
      "account: expected twelve digits in quotes, such as '000000000000', found the number 123456789012.",
    ],
    [
      { functions: { a: A }, fixtures: '' },
      'fixtures: expected a folder relative to the configuration, found "".',
    ],
    [
      { functions: { a: A }, lane: 'Alice' },
      'lane: expected a lane: 1 to 32 of a-z, 0-9 and -, found "Alice".',
    ],
  ])('%j', (written, problem) => {
    expect(problems(written)).toEqual([problem]);
  });

  const HANDLER = "a file below the configuration, a dot and an export, such as 'src/hello.handler'";

  test.each([
    [{ handler: undefined }, `handler: expected ${HANDLER}, found nothing.`],
    [{ handler: 'src/hello' }, `handler: expected ${HANDLER}, found "src/hello".`],
    [{ handler: '../hello.handler' }, `handler: expected ${HANDLER}, found "../hello.handler".`],
    [{ handler: '/src/hello.handler' }, `handler: expected ${HANDLER}, found "/src/hello.handler".`],
    [{ handler: 'src/.handler' }, `handler: expected ${HANDLER}, found "src/.handler".`],
    [
      { runtime: 'java21' },
      `runtime: expected a runtime of Lambda that llx runs: 'nodejs24.x', 'python3.13', 'provided.al2023', found "java21".`,
    ],
    [{ timeout: 0 }, 'timeout: expected a whole number from 1 to 900 (seconds), found the number 0.'],
    [{ timeout: 901 }, 'timeout: expected a whole number from 1 to 900 (seconds), found the number 901.'],
    [{ timeout: 1.5 }, 'timeout: expected a whole number from 1 to 900 (seconds), found the number 1.5.'],
    [{ timeout: null }, 'timeout: expected a whole number from 1 to 900 (seconds), found null.'],
    [{ memory: 127 }, 'memory: expected a whole number from 128 to 10240 (MiB), found the number 127.'],
    [{ environment: [] }, "environment: expected an object such as { STAGE: 'dev' }, found a list."],
    [{ environment: { PORT: 1 } }, 'environment.PORT: expected a string, found a value of type number.'],
    [
      { environment: { _HANDLER: '' } },
      'environment._HANDLER: expected a name of your own, found one that Lambda sets itself.',
    ],
    [
      { environment: { 'MY-KEY': '' } },
      'environment["MY-KEY"]: expected a name of at least two letters, digits or _ that begins with a letter.',
    ],
    [
      { environment: { A: '' } },
      'environment.A: expected a name of at least two letters, digits or _ that begins with a letter.',
    ],
    [
      { environment: { SECRET: 'é'.repeat(2046) } },
      'environment: expected at most 4096 bytes of names and values, found 4098.',
    ],
    [{ deployed: 'nowhere' }, `deployed: expected ${HANDLER}, found "nowhere".`],
    [
      { bundling: { external: 'sharp' } },
      'bundling.external: expected a list of package names, found "sharp".',
    ],
    [
      { bundling: { external: ['a', 1] } },
      'bundling.external[1]: expected a package name, found the number 1.',
    ],
    [
      { bundling: { define: { DEBUG: true } } },
      'bundling.define.DEBUG: expected a string, found the boolean true.',
    ],
    [
      { bundling: { minify: true } },
      'bundling.minify: expected one of external, define, loader, tsconfig, found an unknown key.',
    ],
  ])('functions.a: %j', (member, problem) => {
    expect(problems({ functions: { a: { ...A, ...member } } })).toEqual([`functions.a.${problem}`]);
  });

  test('environment variables of the most that Lambda allows are taken', () => {
    expect(problems({ functions: { a: { ...A, environment: { SECRET: 'x'.repeat(4090) } } } })).toEqual([]);
  });

  test('a long value is shortened', () => {
    expect(problems({ functions: { a: { handler: 'x'.repeat(5000) } } })).toEqual([
      `functions.a.handler: expected ${HANDLER}, found "${'x'.repeat(58)}….`,
    ]);
  });
});

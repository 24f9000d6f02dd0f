import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isLlxError } from '../errors/llx-error.ts';
import { findCdkApp } from './find-cdk-app.ts';
import type { Manifest } from './manifest.ts';
import { readManifest } from './read-manifest.ts';

const MANIFEST: Manifest = {
  version: 1,
  root: '..',
  app: 'bin/app.ts',
  lane: 'team',
  stacks: [{ path: 'Shop', template: 'Shop.template.json' }],
  functions: [
    {
      path: 'Shop/Orders',
      logicalId: 'OrdersA9B65338',
      stack: { name: 'Shop', path: 'Shop', artifact: 'Shop', region: 'eu-west-1', nested: ['Inner'] },
      name: 'Shop-OrdersA9B65338',
      handler: 'index.handler',
      runtime: 'nodejs22.x',
      timeout: 3,
      memory: 128,
      environment: { STAGE: 'dev' },
      unresolved: ['TABLE'],
      entry: { file: 'src/orders.ts', exportName: 'handler', foundBy: 'comment' },
      bundling: {
        external: ['sharp'],
        define: { VERSION: '"1"' },
        loader: { '.sql': 'text' },
        tsconfig: 'tsconfig.lambda.json',
      },
      asset: 'asset.1',
      layers: ['asset.2'],
      sources: [{ type: 'rule', pattern: { source: ['shop'] } }, { type: 'url' }],
      live: true,
    },
  ],
};

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'llx-')));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function read(text: string): Promise<Manifest> {
  write('cdk.out/llx.manifest.json', text);
  return readManifest({ folder: root, manifestFile: join(root, 'cdk.out/llx.manifest.json') });
}

/** What is said of a wrong manifest, a problem each. */
async function problems(written: unknown): Promise<readonly string[]> {
  const error: unknown = await read(JSON.stringify(written)).catch((refusal: unknown) => refusal);
  if (!isLlxError(error) || error.code !== 'LLX_MANIFEST_INVALID') throw error;
  return error.message
    .split('\n')
    .slice(1)
    .map((line) => line.trim());
}

describe('a manifest', () => {
  test('is read as it was written', async () => {
    expect(await read(JSON.stringify(MANIFEST))).toEqual(MANIFEST);
  });

  test('that is missing is told with the line that makes the app write it', async () => {
    await expect(readManifest({ folder: root, manifestFile: join(root, 'none.json') })).rejects.toMatchObject(
      {
        code: 'LLX_MANIFEST_MISSING',
        mend: expect.stringContaining('LiveLambda.enable(app);'),
      },
    );
  });

  test('of another version says only that', async () => {
    expect(await problems({ ...MANIFEST, version: 2, more: 1 })).toEqual(['version: expected 1, found 2.']);
    expect(await problems([])).toEqual(['version: expected 1, found null.']);
  });

  test('that is no JSON says where', async () => {
    await expect(read('{"version": 1,}')).rejects.toMatchObject({
      code: 'LLX_MANIFEST_INVALID',
      message: expect.stringContaining('line 1, column 15'),
    });
  });

  test('that was changed says everything that is wrong, and no value of a variable', async () => {
    const [one] = MANIFEST.functions;
    const wrong = {
      ...one,
      name: 'a/b',
      timeout: '3',
      environment: { KEY: 7 },
      live: undefined,
      colour: 'red',
    };
    expect(await problems({ ...MANIFEST, functions: [wrong], stacks: 'Shop' })).toEqual([
      'stacks: expected a list of stacks, found "Shop".',
      expect.stringContaining('functions[0].colour: expected one of path, logicalId'),
      'functions[0].name: expected a name of 1 to 64 letters, digits, - or _, found "a/b".',
      'functions[0].timeout: expected a whole number from 1 to 900 (seconds), found "3".',
      'functions[0].environment: expected texts only, found another value.',
      'functions[0].live: expected true or false, found neither.',
    ]);
  });
});

describe('the CDK app of a folder is', () => {
  test('the nearest one above it, by cdk.json, also before its first synth', () => {
    write('cdk.json', '{}');
    write('shop/cdk.json', '{"app":"node app.js"}');
    expect(findCdkApp(join(root, 'shop', 'src', 'deep'))).toEqual({
      folder: join(root, 'shop'),
      cdkJson: join(root, 'shop', 'cdk.json'),
      manifestFile: join(root, 'shop', 'cdk.out', 'llx.manifest.json'),
    });
  });

  test('written where cdk.json says', () => {
    write('cdk.json', '{"output":"build/cdk"}');
    expect(findCdkApp(root)?.manifestFile).toBe(join(root, 'build/cdk/llx.manifest.json'));
  });

  test('there by its cdk.out alone', () => {
    write('cdk.out/llx.manifest.json', '{}');
    const manifestFile = join(root, 'cdk.out', 'llx.manifest.json');
    expect(findCdkApp(join(root, 'src'))).toEqual({ folder: root, manifestFile });
  });

  test('no other folder with a cdk.out', () => {
    write('cdk.out/manifest.json', '{}');
    expect(findCdkApp(root)).toBeUndefined();
  });
});

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Manifest, ManifestFunction } from '../../manifest/manifest.ts';
import { TemporaryProject } from '../../runtime/test-support/temporary-project.ts';
import { type Configuration, isSameFunction, loadConfiguration } from '../configuration.ts';

const ORDERS: ManifestFunction = {
  path: 'Shop/Orders',
  logicalId: 'Orders1',
  stack: { name: 'Shop', path: 'Shop', artifact: 'Shop', region: 'eu-west-1', account: '123456789012' },
  name: 'Shop-Orders1',
  handler: 'index.handler',
  runtime: 'nodejs22.x',
  timeout: 30,
  memory: 512,
  environment: { STAGE: 'dev' },
  unresolved: ['TABLE'],
  entry: { file: 'src/orders.ts', exportName: 'handler', foundBy: 'comment' },
  bundling: { external: ['sharp'], tsconfig: 'tsconfig.lambda.json' },
  asset: 'asset.1',
  layers: [],
  sources: [],
  live: false,
};

const { entry: _, bundling: __, asset: ___, ...BARE } = ORDERS;
const LOST: ManifestFunction = {
  ...BARE,
  path: 'Shop/Lost',
  name: 'Shop-Lost2',
  problem: 'Name it in the app.',
};

const manifestOf = (...functions: readonly ManifestFunction[]): Manifest => ({
  version: 1,
  root: '..',
  lane: 'team',
  stacks: [],
  functions,
});

let project: TemporaryProject;

beforeEach(() => {
  project = new TemporaryProject({ 'cdk.json': '{}' });
});

afterEach(() => {
  project.remove();
});

function load(
  {
    manifest,
    config,
    at = '.',
  }: { readonly manifest?: Manifest; readonly config?: unknown; readonly at?: string },
  directory = '.',
): Promise<Configuration> {
  if (manifest !== undefined) project.write('cdk.out/llx.manifest.json', JSON.stringify(manifest));
  if (config !== undefined) project.write(join(at, 'llx.config.json'), JSON.stringify(config));
  return loadConfiguration(project.path(directory), { llxEntry: project.path('llx.js') });
}

describe('a CDK app', () => {
  test('is a configuration of its own, from any folder in it', async () => {
    const manifest = manifestOf(ORDERS);
    expect(await load({ manifest }, 'src/deep')).toEqual({
      file: project.path('cdk.out/llx.manifest.json'),
      root: project.root,
      region: 'eu-west-1',
      account: '123456789012',
      written: { region: 'eu-west-1', account: '123456789012' },
      fixtureDirectory: project.path('fixtures/events'),
      lane: 'team',
      notices: [],
      app: {
        folder: project.root,
        cdkJson: project.path('cdk.json'),
        manifestFile: project.path('cdk.out/llx.manifest.json'),
        manifest,
      },
      functions: [
        {
          name: 'Shop-Orders1',
          arn: 'arn:aws:lambda:eu-west-1:123456789012:function:Shop-Orders1',
          root: project.root,
          handler: 'src/orders.ts.handler',
          runtime: 'nodejs22.x',
          timeoutMs: 30_000,
          memoryMb: 512,
          environment: { STAGE: 'dev' },
          code: 'source',
          bundling: { external: ['sharp'], tsconfig: project.path('tsconfig.lambda.json') },
          deployment: { path: 'Shop/Orders', logicalId: 'Orders1', stack: ORDERS.stack },
          package: { root: project.path('cdk.out/asset.1'), handler: 'index.handler' },
        },
      ],
    });
  });

  test('in several regions and accounts says none of its own', async () => {
    const far = {
      ...ORDERS,
      path: 'Far/Orders',
      name: 'Far',
      stack: { ...ORDERS.stack, region: 'us-west-2' },
    };
    const { written } = await load({ manifest: manifestOf(ORDERS, far) });
    expect(written).toEqual({ account: '123456789012' });
  });

  test('leaves out a function without a source and says why', async () => {
    const { functions, notices } = await load({ manifest: manifestOf(ORDERS, LOST) });
    expect(functions.map(({ name }) => name)).toEqual(['Shop-Orders1']);
    expect(notices).toEqual(['Name it in the app.']);
  });

  test('of which nothing can run is an error with what to do', async () => {
    const refused = load({ manifest: manifestOf(LOST) });
    await expect(refused).rejects.toMatchObject({ code: 'LLX_ENTRY_MISSING', mend: 'Name it in the app.' });
    await expect(load({ manifest: manifestOf() })).rejects.toMatchObject({
      code: 'LLX_ENTRY_MISSING',
      message: expect.stringContaining('none has a Node.js runtime'),
    });
  });

  test('that was never synthesized is told so, where there is no configuration', async () => {
    await expect(load({})).rejects.toMatchObject({ code: 'LLX_MANIFEST_MISSING' });
    const config = { functions: { own: { handler: 'own.handler' } } };
    expect((await load({ config })).functions.map(({ name }) => name)).toEqual(['own']);
  });
});

describe('a configuration beside a CDK app', () => {
  test('goes over what the app says, by construct id, path or name, and adds functions', async () => {
    const functions = {
      Orders: {
        timeout: 5,
        environment: { TABLE: 'orders' },
        bundling: { loader: { '.sql': 'text' }, tsconfig: 'tsconfig.dev.json' },
      },
      'Shop/Lost': { handler: 'src/lost.handler' },
      own: { handler: 'src/own.handler' },
    };
    const found = await load({ manifest: manifestOf(ORDERS, LOST), config: { lane: 'alice', functions } });
    expect(found.file).toBe(project.path('llx.config.json'));
    expect(found.lane).toBe('alice');
    expect(found.notices).toEqual([]);
    expect(found.functions).toMatchObject([
      {
        name: 'Shop-Orders1',
        handler: 'src/orders.ts.handler',
        timeoutMs: 5000,
        environment: { STAGE: 'dev', TABLE: 'orders' },
        bundling: {
          external: ['sharp'],
          loader: { '.sql': 'text' },
          tsconfig: project.path('tsconfig.dev.json'),
        },
      },
      { name: 'Shop-Lost2', handler: 'src/lost.handler', root: project.root },
      { name: 'own', handler: 'src/own.handler' },
    ]);
  });

  test('needs no functions', async () => {
    const { functions, region } = await load({
      manifest: manifestOf(ORDERS),
      config: { region: 'us-east-2' },
    });
    expect(functions.map(({ arn }) => arn)).toEqual([
      'arn:aws:lambda:us-east-2:123456789012:function:Shop-Orders1',
    ]);
    expect(region).toBe('us-east-2');
  });

  test('may not set what is nowhere', async () => {
    const config = { functions: { Order: { timeout: 5 } } };
    await expect(load({ manifest: manifestOf(ORDERS), config })).rejects.toMatchObject({
      code: 'LLX_CONFIG_INVALID',
      message: expect.stringContaining(
        'functions.Order: expected a function of the CDK app (Orders) or a handler, found neither.',
      ),
    });
  });

  test('may not name a construct path that is nowhere, also with a handler', async () => {
    const config = { functions: { 'Shop/Order': { handler: 'src/a.handler' } } };
    await expect(load({ manifest: manifestOf(ORDERS), config })).rejects.toMatchObject({
      code: 'LLX_CONFIG_INVALID',
      message: expect.stringContaining('expected a function of the CDK app (Orders)'),
    });
  });

  test('counts alone in a folder of its own below the app; one above the app does not count', async () => {
    const config = { functions: { own: { handler: 'own.handler' } } };
    const below = await load({ manifest: manifestOf(ORDERS), config, at: 'tools' }, 'tools/src');
    expect(below.functions.map(({ name }) => name)).toEqual(['own']);
    project.write('shop/cdk.json', '{}');
    project.write('shop/cdk.out/llx.manifest.json', JSON.stringify(manifestOf(ORDERS)));
    const nearer = await load({ config }, 'shop');
    expect(nearer.functions.map(({ name }) => name)).toEqual(['Shop-Orders1']);
  });
});

test('a function is the same under the name that it has in AWS', async () => {
  const [orders] = (await load({ manifest: manifestOf(ORDERS) })).functions;
  if (orders === undefined) throw new Error('expected a function');
  const { deployment: _, ...own } = orders;
  expect(isSameFunction(orders, { ...orders, name: 'Shop-Orders1-x7' })).toBe(true);
  expect(isSameFunction(own, { ...own, name: 'other' })).toBe(false);
});

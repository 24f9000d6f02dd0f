import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Manifest, ManifestFunction } from '../../src/manifest/manifest.ts';
import { readManifest } from '../../src/manifest/read-manifest.ts';

const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const APP = `
import { App, Aws, CfnMapping, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Code, Function, LayerVersion, Runtime, RuntimeFamily } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { attachManifest } from ${JSON.stringify(join(repository, 'cdk/manifest/attach-manifest.ts'))};

const app = new App();
attachManifest(app, {
  lane: 'team',
  entries: { Given: 'src/given.ts' },
  bundling: { Orders: { loader: { '.sql': 'text' }, tsconfig: 'tsconfig.lambda.json' } },
  isForeign: (resource) => resource.node.path.includes('Foreign'),
});
attachManifest(app, { entries: { 'Shop/Wrong': 'src/plain/index.js' } });
const runtime = Runtime.NODEJS_22_X;
const plain = (scope, id, more) =>
  new Function(scope, id, { code: Code.fromAsset('src/plain'), handler: 'index.handler', runtime, ...more });
const inline = (scope, id, more) =>
  new Function(scope, id, { code: Code.fromInline('exports.handler = 1'), handler: 'index.handler', runtime, ...more });

const shop = new Stack(app, 'Shop', { env: { region: 'eu-west-1', account: '123456789012' } });
const orders = new NodejsFunction(shop, 'Orders', {
  entry: 'src/orders.ts',
  runtime,
  environment: { STAGE: 'dev', QUEUE: new Queue(shop, 'Queue').queueUrl },
});
orders.addFunctionUrl();
new NodejsFunction(shop, 'minified', { runtime, bundling: { minify: true } });
plain(shop, 'Plain', {
  functionName: 'plain',
  memorySize: 512,
  layers: [new LayerVersion(shop, 'Layer', { code: Code.fromAsset('layer') })],
});
plain(shop, 'Stubbed', { environment: { LLX_HANDLER: 'index.handler', LLX_MODE: 'live', OWN: '1' } });
inline(shop, 'Inline');
inline(shop, 'Given');
inline(shop, 'Wrong', { handler: 'index.missing' });
inline(shop, 'Python', { runtime: Runtime.PYTHON_3_13 });
inline(shop, 'Foreign');
plain(new NestedStack(shop, 'Inner'), 'Deep');
plain(new Stack(new Stage(app, 'Prod'), 'Shop'), 'Far', { functionName: 'plain' });
plain(new Stack(app, 'Eu', { env: { region: 'eu-west-1' } }), 'Long', { functionName: 'x'.repeat(60) });
plain(new Stack(app, 'Us', { env: { region: 'us-east-1' } }), 'Long', { functionName: 'x'.repeat(60) });
const runtimes = new CfnMapping(shop, 'Runtimes', { mapping: { 'eu-west-1': { node: 'nodejs24.x' } } });
inline(shop, 'Latest', { runtime: new Runtime(runtimes.findInMap(Aws.REGION, 'node'), RuntimeFamily.NODEJS, { supportsInlineCode: true }) });
app.synth();
`;

let root: string;
let manifest: Manifest;

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'llx-')));
  write('package.json', '{"type":"module"}');
  write('package-lock.json', '{}');
  write('app.mjs', APP);
  write('app.minified.ts', 'export const handler = () => 1;');
  write('src/orders.ts', "export { S3Client as handler } from '@aws-sdk/client-s3';");
  write('src/given.ts', 'export const handler = () => 1;');
  write('src/plain/index.js', 'export const handler = () => 1;');
  write('layer/nodejs/data.json', '{}');
  mkdirSync(join(root, 'node_modules'));
  for (const name of ['aws-cdk-lib', 'constructs', 'esbuild', '.bin']) {
    symlinkSync(join(repository, 'node_modules', name), join(root, 'node_modules', name));
  }
  manifest = await synth();
}, 120_000);

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

async function synth(context: Readonly<Record<string, unknown>> = {}): Promise<Manifest> {
  await promisify(execFile)(process.execPath, ['app.mjs'], {
    cwd: root,
    env: { ...process.env, CDK_OUTDIR: 'cdk.out', CDK_CONTEXT_JSON: JSON.stringify(context) },
  });
  return await readManifest({ folder: root, manifestFile: join(root, 'cdk.out', 'llx.manifest.json') });
}

function functionOf(path: string, from = manifest): ManifestFunction | undefined {
  return from.functions.find((one) => one.path === path);
}

const asset = expect.stringMatching(/^asset\.[0-9a-f]{64}$/);
const stack = { name: 'Shop', path: 'Shop', artifact: 'Shop', region: 'eu-west-1', account: '123456789012' };

describe('the manifest of an app has', () => {
  test('its place, its program and its templates', () => {
    const { functions, ...rest } = manifest;
    expect(rest).toEqual({
      version: 1,
      root: '..',
      app: 'app.mjs',
      lane: 'team',
      stacks: [
        { path: 'Shop', template: 'Shop.template.json' },
        { path: 'Shop', template: expect.stringMatching(/^ShopInner.*\.nested\.template\.json$/) },
        { path: 'Prod/Shop', template: expect.stringMatching(/^assembly-Prod\/ProdShop.*\.template\.json$/) },
        { path: 'Eu', template: 'Eu.template.json' },
        { path: 'Us', template: 'Us.template.json' },
      ],
    });
    expect(functions.map(({ path }) => path)).toEqual([
      'Shop/Orders',
      'Shop/minified',
      'Shop/Plain',
      'Shop/Stubbed',
      'Shop/Inline',
      'Shop/Given',
      'Shop/Wrong',
      'Shop/Inner/Deep',
      'Shop/Latest',
      'Prod/Shop/Far',
      'Eu/Long',
      'Us/Long',
    ]);
  });

  test('all of a bundled function', () => {
    expect(functionOf('Shop/Orders')).toEqual({
      path: 'Shop/Orders',
      logicalId: 'OrdersA9B65338',
      stack,
      name: 'Shop-OrdersA9B65338',
      handler: 'index.handler',
      runtime: 'nodejs22.x',
      timeout: 3,
      memory: 128,
      environment: { STAGE: 'dev' },
      unresolved: ['QUEUE'],
      entry: { file: 'src/orders.ts', exportName: 'handler', foundBy: 'comment' },
      bundling: {
        external: ['@aws-sdk/client-s3'],
        loader: { '.sql': 'text' },
        tsconfig: 'tsconfig.lambda.json',
      },
      asset,
      layers: [],
      sources: [{ type: 'url' }],
      live: false,
    });
  });

  test('the default entry of a minified bundle', () => {
    const entry = { file: 'app.minified.ts', exportName: 'handler', foundBy: 'default' };
    expect(functionOf('Shop/minified')?.entry).toEqual(entry);
  });

  test('the folder that a package was made from, a name of the app’s own, and layers', () => {
    expect(functionOf('Shop/Plain')).toMatchObject({
      physicalName: 'plain',
      name: 'plain',
      memory: 512,
      entry: { file: 'src/plain/index.js', exportName: 'handler', foundBy: 'asset' },
      asset,
      layers: [asset],
    });
  });

  test('the handler and the variables of a function without those of the stub before it', () => {
    const stubbed = { handler: 'index.handler', environment: { OWN: '1' }, unresolved: [], live: true };
    expect(functionOf('Shop/Stubbed')).toMatchObject(stubbed);
  });

  test('an entry that the app names itself', () => {
    const entry = { file: 'src/given.ts', exportName: 'handler', foundBy: 'given' };
    expect(functionOf('Shop/Given')?.entry).toEqual(entry);
  });

  test('for each function without an entry why, and the line to add', () => {
    const line = (path: string) =>
      `Name it in the app: LiveLambda.enable(app, { entries: { '${path}': 'src/handler.ts' } })`;
    expect(manifest.functions.flatMap(({ problem }) => problem ?? [])).toEqual([
      `The source of Shop/Inline was not found. ${line('Shop/Inline')}`,
      `The entry of Shop/Wrong, src/plain/index.js, exports no missing. ${line('Shop/Wrong')}`,
      `The source of Shop/Latest was not found. ${line('Shop/Latest')}`,
    ]);
  });

  test('the way to a function in a nested stack and in a stage, and another name for a name that is taken', () => {
    const nested = [expect.stringMatching(/^InnerNestedStack/)];
    expect(functionOf('Shop/Inner/Deep')?.stack).toEqual({ ...stack, nested });
    expect(functionOf('Shop/Inner/Deep')?.name).toMatch(/^[\w-]{1,64}$/);
    expect(functionOf('Prod/Shop/Far')).toMatchObject({
      stack: { name: 'Prod-Shop', path: 'Prod/Shop', artifact: expect.stringMatching(/^ProdShop/) },
      physicalName: 'plain',
      name: 'plain-2',
      entry: { file: 'src/plain/index.js', foundBy: 'asset' },
      asset,
    });
    expect(functionOf('Us/Long')?.name).toBe(`${'x'.repeat(54)}-us-east-1`);
  });

  test('a runtime that is looked up by region', () => {
    expect(functionOf('Shop/Latest')?.runtime).toBe('nodejs24.x');
  });
});

test('the next synth gives the same, and one that bundles no stack keeps what was known', async () => {
  const file = join(root, 'cdk.out', 'llx.manifest.json');
  const before = readFileSync(file, 'utf8');
  await synth();
  expect(readFileSync(file, 'utf8')).toBe(before);
  const unbundled = await synth({ 'aws:cdk:bundling-stacks': [] });
  expect(functionOf('Shop/Orders', unbundled)?.entry).toEqual(functionOf('Shop/Orders')?.entry);
}, 120_000);

test('a bundle of CommonJS is loaded where it was staged, also in a project of ES modules', async () => {
  const bundle = join(root, 'cdk.out', functionOf('Shop/minified')?.asset ?? '', 'index.js');
  const program = `const { handler } = await import(${JSON.stringify(bundle)}); console.log(handler());`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  expect(stdout).toBe('1\n');
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { findCdkApp } from '../manifest/find-cdk-app.ts';
import type { Manifest, ManifestFunction } from '../manifest/manifest.ts';
import { TemporaryProject } from '../runtime/test-support/temporary-project.ts';
import { type AppWatch, watchApp } from './app-watch.ts';

const ORDERS: ManifestFunction = {
  path: 'Shop/Orders',
  logicalId: 'Orders1',
  stack: { name: 'Shop', path: 'Shop', artifact: 'Shop' },
  name: 'Shop-Orders1',
  handler: 'index.handler',
  runtime: 'nodejs24.x',
  timeout: 3,
  memory: 128,
  environment: {},
  unresolved: [],
  entry: { file: 'src/orders.ts', exportName: 'handler', foundBy: 'comment' },
  asset: 'asset.1',
  layers: [],
  sources: [],
  live: false,
};

const manifestOf = (orders: Partial<ManifestFunction> = {}): Manifest => ({
  version: 1,
  root: '..',
  app: 'bin/app.ts',
  stacks: [
    { path: 'Shop', template: 'Shop.template.json' },
    { path: 'Bills', template: 'Bills.template.json' },
  ],
  functions: [{ ...ORDERS, ...orders }],
});

const template = (value: string) => JSON.stringify({ Resources: { Value: value } });

let project: TemporaryProject;
let watch: AppWatch;
let notices: string[];
let told: PromiseWithResolvers<void>;

beforeEach(async () => {
  project = new TemporaryProject({
    'cdk.json': '{}',
    'bin/app.ts': "import '../lib/shop.ts'; import 'aws-cdk-lib';",
    'lib/shop.ts': 'export const shop = 1;',
    'src/orders.ts': 'export const handler = 1;',
    'cdk.out/Shop.template.json': template('a'),
    'cdk.out/Bills.template.json': template('b'),
    'cdk.out/llx.manifest.json': JSON.stringify(manifestOf()),
  });
  const app = findCdkApp(project.root);
  if (app === undefined) throw new Error('expected a CDK app');
  notices = [];
  told = Promise.withResolvers();
  watch = watchApp({ ...app, manifest: manifestOf() }, (text) => {
    notices.push(text);
    told.resolve();
  });
  await watch.ready;
});

afterEach(async () => {
  await watch.close();
  project.remove();
});

/** The next notices, after what was done before. */
async function next(): Promise<readonly string[]> {
  await told.promise;
  told = Promise.withResolvers();
  return notices.splice(0);
}

/** A later synth that is noticed: whatever came before it has been seen by then. */
function synthesize(files: Readonly<Record<string, string>>, manifest = manifestOf()): void {
  for (const [path, text] of Object.entries(files)) project.write(`cdk.out/${path}`, text);
  project.saveByRename('cdk.out/llx.manifest.json', JSON.stringify(manifest));
}

test('a change of what the app imports names its stacks and the command, once', async () => {
  project.write('lib/shop.ts', 'export const shop = 2;');
  const text = 'lib/shop.ts of the CDK app changed. To deploy it: npx cdk deploy Shop Bills -c llx=true';
  expect(await next()).toEqual([text]);
  project.write('lib/shop.ts', 'export const shop = 3;');
  project.write('cdk.json', '{"app":""}');
  expect(await next()).toEqual([text.replace('lib/shop.ts', 'cdk.json')]);
});

test('a handler’s source is no file of the app', async () => {
  project.write('src/orders.ts', 'export const handler = 2;');
  project.write('cdk.json', '{"app":""}');
  expect(await next()).toEqual([expect.stringContaining('cdk.json of the CDK app changed.')]);
});

test('a synth that gave one stack another template names that stack', async () => {
  synthesize({ 'Bills.template.json': template('c') });
  expect(await next()).toEqual([
    'The stack Bills was synthesized anew and differs. To deploy it: npx cdk deploy Bills -c llx=true',
  ]);
});

test('new code of a handler is no difference, new settings are, after a restart', async () => {
  synthesize({ 'Shop.template.json': template('a') }, manifestOf({ asset: 'asset.2' }));
  synthesize({}, manifestOf({ asset: 'asset.2', timeout: 30 }));
  expect(await next()).toEqual([
    'The stack Shop was synthesized anew and differs. Its functions run here with their new settings after a restart of llx. To deploy it: npx cdk deploy Shop -c llx=true',
  ]);
});

test('stubs make another template by design', async () => {
  synthesize({ 'Shop.template.json': template('stubbed') }, manifestOf({ live: true }));
  synthesize({ 'Bills.template.json': template('c') }, manifestOf({ live: true }));
  expect(await next()).toEqual([expect.stringContaining('The stack Bills was')]);
});

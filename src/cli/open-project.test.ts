import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TemporaryProject } from '../runtime/test-support/temporary-project.ts';
import { createSessionStore } from '../session/store.ts';
import { openProject, type ProjectFlags } from './open-project.ts';

const MANIFEST = {
  version: 1,
  root: '..',
  stacks: [],
  functions: [
    {
      path: 'Shop/Orders',
      logicalId: 'Orders1',
      stack: { name: 'Shop', path: 'Shop', artifact: 'Shop' },
      name: 'Shop-Orders1',
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      timeout: 3,
      memory: 128,
      environment: {},
      unresolved: ['TABLE'],
      entry: { file: 'src/orders.ts', exportName: 'handler', foundBy: 'comment' },
      layers: [],
      sources: [],
      live: false,
    },
  ],
};

/** Writes the manifest, as the app does. */
const CDK = `#!${process.execPath}
const { mkdirSync, writeFileSync } = require('node:fs');
mkdirSync('cdk.out');
writeFileSync('cdk.out/llx.manifest.json', ${JSON.stringify(JSON.stringify(MANIFEST))});
`;

let project: TemporaryProject;

beforeEach(() => {
  project = new TemporaryProject({ 'cdk.json': '{"app":"node app.js"}', 'node_modules/.bin/cdk': CDK });
  chmodSync(project.path('node_modules/.bin/cdk'), 0o755);
  vi.spyOn(process, 'cwd').mockReturnValue(project.root);
});

afterEach(() => {
  vi.restoreAllMocks();
  project.remove();
});

async function open(functions: unknown, flags: ProjectFlags = {}) {
  project.write('llx.config.json', JSON.stringify({ functions }));
  const { signal } = new AbortController();
  const opened = await openProject(flags, { store: createSessionStore(), interactive: false, signal });
  return opened.functions.map(({ name }) => name);
}

const ENVIRONMENT = { Orders: { environment: { TABLE: 'orders-dev' } } };
const OWN = { own: { handler: 'own.handler' } };

test('a fresh checkout is synthesized where its configuration means the functions of the app', async () => {
  expect(await open(ENVIRONMENT)).toEqual(['Shop-Orders1']);
});

test('a configuration that stands for itself needs no synth of the app beside it, which --synth asks for', async () => {
  expect(await open(OWN)).toEqual(['own']);
  expect(await open(OWN, { synth: true })).toEqual(['Shop-Orders1', 'own']);
});

test('with --no-synth nothing is synthesized', async () => {
  await expect(open(ENVIRONMENT, { synth: false })).rejects.toMatchObject({ code: 'LLX_CONFIG_INVALID' });
});

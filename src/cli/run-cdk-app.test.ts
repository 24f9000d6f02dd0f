import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findCdkApp } from '../manifest/find-cdk-app.ts';
import { TemporaryProject } from '../runtime/test-support/temporary-project.ts';
import { runCdkApp } from './run-cdk-app.ts';

/** Writes what it was told, as an assembly. */
const APP = `
const { mkdirSync, writeFileSync } = require('node:fs');
const out = process.env.CDK_OUTDIR;
mkdirSync(out, { recursive: true });
writeFileSync(out + '/manifest.json', JSON.stringify({ version: '48.0.0' }));
writeFileSync(out + '/llx.manifest.json', process.env.CDK_CONTEXT_JSON);
writeFileSync(out + '/validation.txt', process.env.CDK_VALIDATION);
`;

const { signal } = new AbortController();

let project: TemporaryProject;

beforeEach(() => {
  project = new TemporaryProject({ 'bin/app.js': APP });
  settings({});
});

afterEach(() => {
  project.remove();
});

function settings(more: Readonly<Record<string, unknown>>): void {
  const app = `"${process.execPath}" bin/app.js`;
  project.write('cdk.json', JSON.stringify({ app, context: { a: 1, b: 1 }, ...more }));
}

function run(interrupt = signal, env: NodeJS.ProcessEnv = {}): Promise<boolean> {
  const app = findCdkApp(project.root);
  if (app === undefined) throw new Error('expected a CDK app');
  const { CDK_VALIDATION: _, ...rest } = process.env;
  return runCdkApp(app, { signal: interrupt, env: { ...rest, HOME: project.path('home'), ...env } });
}

test('an app is run with its context, and writes where the CDK would', async () => {
  settings({ output: 'out' });
  project.write('cdk.context.json', '{"b":2}');
  expect(await run()).toBe(true);
  const { default: context } = await import(project.path('out/llx.manifest.json'), {
    with: { type: 'json' },
  });
  expect(context).toMatchObject({ a: 1, b: 2, 'aws:cdk:bundling-stacks': ['**'], withoutCdk: true });
});

test.each([
  ['not validated for a deployment', {}, 'false'],
  ['validated where the developer says so', { CDK_VALIDATION: 'true' }, 'true'],
])('its templates are %s', async (_what, env, expected) => {
  expect(await run(signal, env)).toBe(true);
  expect(readFileSync(project.path('cdk.out/validation.txt'), 'utf8')).toBe(expected);
});

test.each([
  ['fails', () => project.write('bin/app.js', `${APP};process.exit(1);`)],
  [
    'looks something up in AWS',
    () => project.write('bin/app.js', APP.replace("'48.0.0'", "'48.0.0', missing: [{}]")),
  ],
  [
    'is not made live by llx',
    () => project.write('bin/app.js', APP.replace('llx.manifest.json', 'other.json')),
  ],
  ['is built before it runs', () => settings({ build: 'npm run build' })],
  ['has no command', () => settings({ app: undefined })],
  ['has settings in the developer’s home', () => project.write('home/.cdk.json', '{}')],
])('an app that %s is left to the CDK', async (_what, change) => {
  change();
  expect(await run()).toBe(false);
});

test('it ends with Ctrl-C', async () => {
  project.write('bin/app.js', 'setInterval(() => {}, 1000)');
  const interrupt = new AbortController();
  const outcome = run(interrupt.signal);
  interrupt.abort(new Error('interrupted'));
  await expect(outcome).rejects.toThrow('interrupted');
});

import { chmodSync, mkdirSync, utimesSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findCdkApp } from '../manifest/find-cdk-app.ts';
import { TemporaryProject } from '../runtime/test-support/temporary-project.ts';
import { staleness, synthesize } from './synth.ts';

let project: TemporaryProject;

beforeEach(() => {
  project = new TemporaryProject({ 'cdk.json': '{"app":"node bin/app.js"}', 'bin/app.js': '' });
});

afterEach(() => {
  project.remove();
});

function app() {
  const found = findCdkApp(project.root);
  if (found === undefined) throw new Error('expected a CDK app');
  return found;
}

const manifest = (version = 1) =>
  JSON.stringify({ version, root: '..', app: 'bin/app.js', stacks: [], functions: [] });

/** Seconds since the epoch. */
function touch(path: string, seconds: number): void {
  utimesSync(project.path(path), seconds, seconds);
}

function writtenInOrder(...paths: readonly string[]): void {
  for (const [index, path] of paths.entries()) touch(path, 1_700_000_000 + index);
}

test('a manifest that was written without the CDK is good enough for who says so, and for nobody else', async () => {
  project.write('cdk.out/llx.manifest.json', manifest().replace('{', '{"withoutCdk":true,'));
  writtenInOrder('cdk.json', 'bin/app.js', 'cdk.out/llx.manifest.json');
  expect(await staleness(app())).toBe('its manifest was written for offline runs only');
  expect(await staleness(app(), true)).toBeUndefined();
});

describe('an app is synthesized', () => {
  test('when it has no manifest', async () => {
    expect(await staleness(app())).toBe('it has no manifest yet');
  });

  test('when cdk.json or its program is newer', async () => {
    project.write('cdk.out/llx.manifest.json', manifest());
    writtenInOrder('bin/app.js', 'cdk.out/llx.manifest.json', 'cdk.json');
    expect(await staleness(app())).toBe('cdk.json is newer than its manifest');
    writtenInOrder('cdk.json', 'cdk.out/llx.manifest.json', 'bin/app.js');
    expect(await staleness(app())).toBe('bin/app.js is newer than its manifest');
  });

  test('when another llx wrote the manifest', async () => {
    project.write('cdk.out/llx.manifest.json', manifest(7));
    writtenInOrder('cdk.json', 'bin/app.js', 'cdk.out/llx.manifest.json');
    expect(await staleness(app())).toBe('its manifest is of another llx');
  });

  test('not when the manifest is the newest, nor where nobody could: without a cdk.json', async () => {
    project.write('cdk.out/llx.manifest.json', manifest());
    writtenInOrder('cdk.json', 'bin/app.js', 'cdk.out/llx.manifest.json');
    expect(await staleness(app())).toBeUndefined();
    project.delete('cdk.json');
    expect(await staleness(app())).toBeUndefined();
  });
});

describe('cdk synth', () => {
  const running = new AbortController();

  /** The project's own `cdk`. */
  function install(script: string): void {
    mkdirSync(project.path('node_modules/.bin'), { recursive: true });
    project.write('node_modules/.bin/cdk', `#!${process.execPath}\n${script}`);
    chmodSync(project.path('node_modules/.bin/cdk'), 0o755);
  }

  test('is the project’s own, quiet, in the folder of cdk.json', async () => {
    install(
      "require('node:fs').writeFileSync('ran.json', JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd() }))",
    );
    await synthesize(app(), { signal: running.signal });
    const { default: ran } = await import(project.path('ran.json'), { with: { type: 'json' } });
    expect(ran).toEqual({ args: ['synth', '--quiet'], cwd: project.root });
  });

  test('that fails is told with all that it printed', async () => {
    install("console.log('on stdout'); console.error('Error: no such construct'); process.exitCode = 1;");
    await expect(synthesize(app(), { signal: running.signal })).rejects.toMatchObject({
      code: 'LLX_SYNTH_FAILED',
      message: `Expected \`cdk synth\` in ${project.root} to succeed, found that it ended with exit code 1:\nError: no such construct\non stdout`,
      mend: 'Mend it there. With the manifest as it is: llx dev --no-synth',
    });
    const { signal } = running;
    await expect(synthesize(app(), { signal, command: 'smoke' })).rejects.toMatchObject({
      mend: 'Mend it there. With the manifest as it is: llx smoke --no-synth',
    });
  });

  test('that cannot be started says what to install', async () => {
    await expect(
      synthesize(app(), { signal: running.signal, env: { PATH: project.root } }),
    ).rejects.toMatchObject({ code: 'LLX_SYNTH_FAILED', mend: 'npm install --save-dev aws-cdk' });
  });

  test('ends with Ctrl-C', async () => {
    install("require('node:fs').writeFileSync('started', ''); setInterval(() => {}, 1000);");
    const interrupt = new AbortController();
    const outcome = synthesize(app(), { signal: interrupt.signal });
    interrupt.abort(new Error('interrupted'));
    await expect(outcome).rejects.toThrow('interrupted');
  });
});

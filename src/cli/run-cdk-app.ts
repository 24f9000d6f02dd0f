import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { field, isObject, textField } from '../fixtures/event-fields.ts';
import type { CdkApp } from '../manifest/find-cdk-app.ts';
import { type SynthOptions, withCommands } from './synth.ts';

/** What `cdk synth` tells each app: https://docs.aws.amazon.com/cdk/v2/guide/context.html */
const CLI_CONTEXT = {
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
  'aws:cdk:version-reporting': true,
  'aws:cdk:bundling-stacks': ['**'],
};

/**
 * Runs a CDK app as the CDK's own CLI runs it, which takes seconds more to start, to look for credentials and to read what
 * was written. Gives whether that is all there is to do: not where the app fails, is built by another command before, or
 * looks something up in AWS. Then `cdk synth` has to, and says what is wrong. Rejects with the signal's reason.
 */
export async function runCdkApp(app: CdkApp, { signal, env = process.env }: SynthOptions): Promise<boolean> {
  if (app.cdkJson === undefined || existsSync(join(env.HOME ?? homedir(), '.cdk.json'))) return false;
  const settings = await readJson(app.cdkJson);
  const command = textField(settings, 'app');
  if (command === undefined || field(settings, 'build') !== undefined) return false;
  const output = dirname(app.manifestFile);
  const context = {
    ...asObject(field(settings, 'context')),
    ...asObject(await readJson(join(app.folder, 'cdk.context.json'))),
    ...CLI_CONTEXT,
  };
  const child = spawn(command, {
    shell: true,
    cwd: app.folder,
    env: {
      // Of what is about to be deployed: a second of each start, for warnings that nobody sees here.
      CDK_VALIDATION: 'false',
      ...withCommands(env, app.folder),
      CDK_OUTDIR: output,
      CDK_CONTEXT_JSON: JSON.stringify(context),
    },
    stdio: 'ignore',
    signal,
  });
  try {
    const [code] = await once(child, 'close');
    if (code !== 0) return false;
  } catch {
    signal.throwIfAborted();
    // It cannot be started.
    return false;
  }
  const assembly = await readJson(join(output, 'manifest.json'));
  if (assembly === undefined || field(assembly, 'missing') !== undefined) return false;
  return await mark(app.manifestFile);
}

/** So that nobody who needs more takes it for a manifest of the CDK. Gives whether there is one. */
async function mark(manifestFile: string): Promise<boolean> {
  const manifest = await readJson(manifestFile);
  if (!isObject(manifest)) return false;
  await writeFile(manifestFile, `${JSON.stringify({ ...manifest, withoutCdk: true }, undefined, 1)}\n`);
  return true;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

/** Undefined for what is not there, or no JSON: the CDK says so itself. */
async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

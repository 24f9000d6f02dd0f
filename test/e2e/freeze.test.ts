import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { DropCounter } from '../../src/protocol/drops.ts';
import { createRuntime } from '../../src/runtime/create-runtime.ts';
import type { FunctionSpec, Runtime } from '../../src/runtime/invocation.ts';
import { createSpawnWorker } from '../../src/runtime/spawn-worker.ts';
import { Session } from '../../src/session/session.ts';
import { createSessionStore } from '../../src/session/store.ts';
import { connectMqtt } from '../../src/transport/mqtt/mqtt-transport.ts';
import { lambdaClient } from '../support/llx-process.ts';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist');
const packages = {
  'deployed/index.mjs': `export const handler = async () => 'deployed';`,
  'deployed/callback.cjs': `exports.handler = (event, context, callback) => setImmediate(() => callback(null, 'deployed'));`,
  'deployed/done.cjs': `exports.handler = (event, context) => { setTimeout(() => context.succeed('deployed'), 5); };`,
  'deployed/stream.mjs': `export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.end('"deployed"'); });`,
  'deployed/fails.mjs': `export const handler = async () => { throw Object.assign(new Error('as deployed'), { name: 'Deployed' }); };`,
  'local/index.mjs': `export const handler = async () => 'local';`,
  'local/callback.cjs': `exports.handler = async () => 'local';`,
  'local/done.cjs': `exports.handler = async () => 'local';`,
  'local/stream.mjs': `export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.write('"lo'); stream.end('cal"'); });`,
  'local/fails.mjs': `export const handler = async () => { throw Object.assign(new Error('as local'), { name: 'Local' }); };`,
};
const settings = {
  plain: { handler: 'index.handler', runtime: 'nodejs24.x' },
  callback: { handler: 'callback.handler', runtime: 'nodejs22.x' },
  done: { handler: 'done.handler', runtime: 'nodejs22.x' },
  stream: { handler: 'stream.handler', runtime: 'nodejs24.x' },
  fails: { handler: 'fails.handler', runtime: 'nodejs24.x' },
};
type Name = keyof typeof settings;

let directory: string;
let stubs: Runtime;
let local: Runtime;
let emulator: Emulator;
let client: LambdaClient;
const sessions: Session[] = [];

function specs(folder: 'deployed' | 'local'): FunctionSpec[] {
  return Object.entries(settings).map(([name, setting]) => ({
    name,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    ...setting,
    timeoutMs: 10_000,
    memoryMb: 128,
    environment: {},
    root: join(directory, folder),
    code: 'package',
  }));
}

function newRuntime(): Runtime {
  return createRuntime({
    spawnWorker: createSpawnWorker({ bootstrapFile: join(dist, 'bootstrap.mjs') }),
    buildDirectory: join(directory, '.llx'),
  });
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-freeze-'));
  const { mkdir } = await import('node:fs/promises');
  for (const folder of ['deployed', 'local']) await mkdir(join(directory, folder));
  for (const [file, text] of Object.entries(packages)) await writeFile(join(directory, file), text);
  stubs = newRuntime();
  local = newRuntime();
  emulator = await startEmulator({
    host: '127.0.0.1',
    port: 0,
    mqttPort: 0,
    region: 'us-east-1',
    account: '000000000000',
    functions: specs('deployed'),
    runtime: stubs,
    stubFile: join(dist, 'stub', 'index.mjs'),
    stubHostFile: join(dist, 'stub-host.mjs'),
    stubs: 'process',
    onDrop: () => undefined,
    onNotice: () => undefined,
  });
  client = lambdaClient(emulator.endpoint);
});

afterEach(async () => {
  await thaw();
  client.destroy();
  await Promise.all(sessions.splice(0).map((session) => session.close()));
  await emulator.close();
  await Promise.all([stubs.close(), local.close()]);
  await rm(directory, { recursive: true, force: true });
});

async function startSession(): Promise<Session> {
  const session = new Session({
    connect: (options) => connectMqtt({ ...options, url: emulator.mqtt }),
    runtime: local,
    functions: specs('local'),
    lane: 'default',
    takeover: false,
    store: createSessionStore(),
    drops: new DropCounter(),
    readRetained: (topic) => emulator.broker.retained(topic),
  });
  sessions.push(session);
  await session.start();
  return session;
}

async function invoke(name: Name): Promise<unknown> {
  const answer = await client.send(new InvokeCommand({ FunctionName: name }));
  return JSON.parse(new TextDecoder().decode(answer.Payload));
}

/** As soon as the environment has heard who holds the lane: until then the deployed handler answers. */
const answersOf = (name: Name) => expect.poll(() => invoke(name), { timeout: 5_000, interval: 20 });

/** The execution environments: processes of this one that have loaded the stub. */
async function environments(): Promise<number[]> {
  const children = (await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8'))
    .trim()
    .split(/\s+/);
  const found: number[] = [];
  for (const pid of children.filter(Boolean)) {
    const environment = await readFile(`/proc/${pid}/cwd/../deployed/index.mjs`, 'utf8').catch(() => '');
    const cwd = await import('node:fs/promises').then(({ readlink }) =>
      readlink(`/proc/${pid}/cwd`).catch(() => ''),
    );
    if (environment !== '' && cwd.endsWith('/deployed')) found.push(Number(pid));
  }
  return found;
}

let frozen: number[] = [];

/** What Lambda does between invocations. */
async function freeze(): Promise<void> {
  frozen = await environments();
  expect(frozen.length).toBeGreaterThan(0);
  for (const pid of frozen) process.kill(pid, 'SIGSTOP');
}

async function thaw(): Promise<void> {
  for (const pid of frozen.splice(0)) {
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // It has ended meanwhile.
    }
  }
}

describe('the stub in an execution environment of its own', () => {
  test.each(Object.keys(settings).filter((name) => name !== 'fails') as Name[])(
    'a %s handler is the deployed one without a session, the local one with it, the deployed one after it',
    async (name) => {
      expect(await invoke(name)).toBe('deployed');
      const session = await startSession();
      await answersOf(name).toBe('local');
      await session.close();
      expect(await invoke(name)).toBe('deployed');
    },
  );

  test('errors keep their type and message on both sides', async () => {
    expect(await invoke('fails')).toMatchObject({ errorType: 'Deployed', errorMessage: 'as deployed' });
    await startSession();
    await answersOf('fails').toEqual({
      errorType: 'Local',
      errorMessage: 'as local',
      trace: ['Local: as local', expect.stringContaining('local/fails.mjs')],
    });
  });

  test('a session that comes while the environment is frozen gets the next invocation', async () => {
    expect(await invoke('plain')).toBe('deployed');
    await freeze();
    await startSession();
    await thaw();
    expect(await invoke('plain')).toBe('local');
  });

  test('a session that leaves while the environment is frozen is not offered the next invocation', async () => {
    const session = await startSession();
    await answersOf('plain').toBe('local');
    await freeze();
    await session.close();
    await thaw();
    expect(await invoke('plain')).toBe('deployed');
  });

  test('an environment that is frozen and thawed again and again keeps answering', async () => {
    await startSession();
    await answersOf('plain').toBe('local');
    for (let round = 0; round < 5; round++) {
      expect(await invoke('plain')).toBe('local');
      await freeze();
      await thaw();
    }
  });
});

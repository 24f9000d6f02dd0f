import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectMqtt } from '../../src/transport/mqtt/mqtt-transport.ts';
import { type LlxProcess, liveProjectDirectory, runLlx, startLlx } from '../support/llx-process.ts';

const ALICE = { AWS_ACCESS_KEY_ID: 'AKIAALICE00000000000', AWS_SECRET_ACCESS_KEY: 'the-secret-of-alice' };
const BOB = { AWS_ACCESS_KEY_ID: 'AKIABOB0000000000000', AWS_SECRET_ACCESS_KEY: 'the-secret-of-bob' };
const CAROL = { AWS_ACCESS_KEY_ID: 'AKIACAROL00000000000', AWS_SECRET_ACCESS_KEY: 'the-secret-of-carol' };

const FREE_PORTS = ['--port', '0', '--mqtt-port', '0', '--wss-port', '0', '--mtls-port', '0'];

let emulator: LlxProcess;
let client: LambdaClient;
const sessions: LlxProcess[] = [];

/** A small AWS with three users, held to IoT Core's quotas: what a session meets in an account. */
beforeAll(async () => {
  emulator = await startLlx(['emulator', '--ephemeral', ...FREE_PORTS, '--broker-quotas', 'iot-core'], {
    cwd: liveProjectDirectory,
  });
  client = new LambdaClient({
    endpoint: emulator.ready.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: ALICE.AWS_ACCESS_KEY_ID, secretAccessKey: ALICE.AWS_SECRET_ACCESS_KEY },
    maxAttempts: 1,
  });
});

afterAll(async () => {
  client.destroy();
  await emulator.stop();
});

afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.stop()));
});

async function startSession(env: NodeJS.ProcessEnv, ...flags: readonly string[]): Promise<LlxProcess> {
  const session = await startLlx(['dev', '--endpoint', emulator.ready.endpoint, ...flags], {
    cwd: liveProjectDirectory,
    env,
  });
  sessions.push(session);
  return session;
}

async function invoke(name: string, event: unknown = {}): Promise<unknown> {
  const answer = await client.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) }));
  return JSON.parse(new TextDecoder().decode(answer.Payload));
}

describe.each(['device-sdk', 'mqtt'])('the live path, the session over %s', (mqttClient) => {
  const alice = { ...ALICE, LLX_IOT_CLIENT: mqttClient };

  test('answers through WSS and SigV4 while it is there, and the deployed code before and after', async () => {
    expect(await invoke('who')).toBe('deployed');
    const session = await startSession(alice);
    expect(session.ready).toMatchObject({ mode: 'live', account: '000000000000', region: 'us-east-1' });
    expect(await invoke('who')).toBe('local');
    expect(await invoke('echo', { text: 'é'.repeat(300_000) })).toEqual({ text: 'é'.repeat(300_000) });
    await session.stop();
    expect(await invoke('who')).toBe('deployed');
  });

  test('the handler has the credentials of its function’s role, and nothing of the developer', async () => {
    await startSession(alice);
    expect(await invoke('calls')).toEqual({
      identity: expect.stringMatching(/^arn:aws:sts::000000000000:assumed-role\/calls-role\/llx-/),
      who: '"local"',
      echo: expect.stringMatching(
        /^AccessDeniedException: User: arn:aws:sts::000000000000:assumed-role\/calls-role\/\S+ is not authorized to perform: lambda:InvokeFunction on resource: \S+:function:echo/,
      ),
      keyInEnvironment: false,
      profile: null,
    });
  });
});

test('what the function itself sent are its own credentials, with --credentials forward', async () => {
  await startSession(ALICE, '--credentials', 'forward');
  expect(await invoke('calls')).toMatchObject({
    identity: 'arn:aws:sts::000000000000:assumed-role/calls-role/calls',
    who: '"local"',
    echo: expect.stringContaining('AccessDenied'),
  });
});

test('the developer’s own credentials, with --credentials ambient', async () => {
  await startSession(ALICE, '--credentials', 'ambient');
  expect(await invoke('calls')).toMatchObject({
    identity: 'arn:aws:iam::000000000000:user/alice',
    who: '"local"',
    echo: '{}',
  });
});

test('two developers on lanes of their own each get their own invocations', async () => {
  const [alice, bob] = await Promise.all([startSession(ALICE), startSession(BOB, '--lane', 'bob')]);
  await invoke('echo', { headers: { 'x-llx-lane': 'bob' } });
  expect(await bob.line(({ phase }) => phase === 'succeeded')).toMatchObject({
    function: 'echo',
    lane: 'bob',
  });
  expect(alice.lines.filter(({ type }) => type === 'invocation')).toEqual([]);
});

test('a session that only watches sees what the deployed code was given and answered', async () => {
  const watcher = await startSession(ALICE, '--observe');
  expect(await invoke('who', { n: 1 })).toBe('deployed');
  expect(await watcher.line(({ phase }) => phase === 'observed')).toMatchObject({
    type: 'invocation',
    function: 'who',
    lane: 'default',
  });
});

test('a session comes back when the broker was away, and its lanes with it', async () => {
  const { endpoint, mqtt, wss, mtls } = emulator.ready;
  const ports = { '--port': endpoint, '--mqtt-port': mqtt, '--wss-port': wss, '--mtls-port': mtls };
  const samePorts = Object.entries(ports).flatMap(([flag, url]) => [flag, new URL(String(url)).port]);
  const session = await startSession(ALICE);
  emulator.child.kill('SIGKILL');
  expect(await session.line(({ status }) => status === 'connecting')).toMatchObject({ type: 'connection' });
  emulator = await startLlx(['emulator', '--ephemeral', ...samePorts, '--broker-quotas', 'iot-core'], {
    cwd: liveProjectDirectory,
  });
  await session.line(({ status, connection }) => status === 'connected' && connection === 2);
  await expect.poll(() => invoke('who'), { timeout: 10_000 }).toBe('local');
}, 40_000);

test('llx invoke calls with the developer’s own keys where the emulator knows its users', async () => {
  const args = ['invoke', 'who', '--endpoint', emulator.ready.endpoint, '--data', '{}'];
  expect(await runLlx(args, { env: ALICE })).toEqual({ code: 0, stdout: '"deployed"\n', stderr: '' });
  const unknown = await runLlx(args, { env: { ...ALICE, AWS_ACCESS_KEY_ID: 'AKIANOBODY0000000000' } });
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('LLX_CREDENTIALS_REFUSED') });
});

test('where there are users, nobody comes in by the plain port', async () => {
  const refused = connectMqtt({
    url: emulator.ready.mqtt,
    clientId: () => 'anybody',
    keepAliveSeconds: 30,
    connectTimeoutMs: 5_000,
  });
  await expect(refused).rejects.toMatchObject({ code: 'TRANSPORT_REFUSED' });
});

describe('what cannot work says so, with what mends it', () => {
  const dev = async (env: NodeJS.ProcessEnv) =>
    await runLlx(['dev', '--endpoint', emulator.ready.endpoint, '--json'], {
      cwd: liveProjectDirectory,
      env,
    });

  test('a wrong secret', async () => {
    const { code, stderr } = await dev({ ...ALICE, AWS_SECRET_ACCESS_KEY: 'another-secret' });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('LLX_CREDENTIALS_') });
    expect(stderr).not.toContain('another-secret');
  });

  test('no right to connect to the broker', async () => {
    const { code, stderr } = await dev(CAROL);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('iot:Connect') });
  });
});

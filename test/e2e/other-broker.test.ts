import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRuntime } from '../../src/runtime/create-runtime.ts';
import type { FunctionSpec, Runtime } from '../../src/runtime/invocation.ts';
import { createSpawnWorker } from '../../src/runtime/spawn-worker.ts';
import { issueForTest } from '../../src/transport/mqtt/certificates.test-support.ts';
import {
  hasMosquitto,
  type MosquittoOptions,
  startMosquitto,
} from '../../src/transport/mqtt/mosquitto.test-support.ts';
import { type LlxProcess, runLlx, startLlx } from '../support/llx-process.ts';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist');

let directory: string;
/** Lambda's part: runs the deployed stub, in an execution environment of its own. */
let lambda: Runtime;
let broker: Awaited<ReturnType<typeof startMosquitto>> | undefined;
let session: LlxProcess | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-broker-'));
  const config = {
    account: '123456789012',
    region: 'us-east-1',
    functions: { orders: { handler: 'local.handler' } },
  };
  await writeFile(join(directory, 'llx.config.json'), JSON.stringify(config));
  await writeFile(join(directory, 'local.mjs'), `export const handler = async () => 'local';`);
  await writeFile(join(directory, 'deployed.mjs'), `export const handler = async () => 'deployed';`);
  lambda = createRuntime({
    spawnWorker: createSpawnWorker({ bootstrapFile: join(dist, 'bootstrap.mjs') }),
    buildDirectory: join(directory, '.llx', 'lambda'),
  });
});

afterEach(async () => {
  await session?.stop();
  await lambda.close();
  await broker?.close();
  session = undefined;
  broker = undefined;
  await rm(directory, { recursive: true, force: true });
});

async function invoke(environment: Readonly<Record<string, string>>): Promise<unknown> {
  const arn = 'arn:aws:lambda:us-east-1:123456789012:function:orders';
  const stub: FunctionSpec = {
    name: 'orders',
    arn,
    handler: join(dist, 'stub', 'index.handler'),
    runtime: 'nodejs24.x',
    timeoutMs: 10_000,
    memoryMb: 128,
    environment: { LLX_HANDLER: 'deployed.handler', LLX_ACCOUNT_ID: '123456789012', ...environment },
    root: directory,
    code: 'package',
  };
  const result = await lambda.invoke(stub, {
    requestId: crypto.randomUUID(),
    invokedFunctionArn: arn,
    functionVersion: '$LATEST',
    event: Buffer.from('{}'),
    remainingMs: 10_000,
    logGroupName: '/aws/lambda/orders',
    logStreamName: 'stream',
  });
  return JSON.parse(new TextDecoder().decode(result.payload));
}

/** What stub and session are told of the broker: the same variables. */
async function ways(): Promise<
  Readonly<Record<string, { broker: MosquittoOptions; scheme: string; environment: Record<string, string> }>>
> {
  const [server, client] = await Promise.all([issueForTest('server'), issueForTest('client')]);
  const login = { username: 'llx', password: 'p@ss/word' };
  const credentials = { LLX_BROKER_USERNAME: login.username, LLX_BROKER_PASSWORD: login.password };
  const clientFiles = { LLX_BROKER_CERT: join(directory, 'c.crt'), LLX_BROKER_KEY: join(directory, 'c.key') };
  await writeFile(clientFiles.LLX_BROKER_CERT, client.cert);
  await writeFile(clientFiles.LLX_BROKER_KEY, client.key);
  return {
    'a user over TCP': { broker: { login }, scheme: 'mqtt', environment: credentials },
    'a user over TLS': {
      broker: { login, tls: server },
      scheme: 'mqtts',
      environment: { ...credentials, LLX_BROKER_CA: server.ca },
    },
    'a client certificate': {
      broker: { tls: server, clientAuthority: client.ca },
      scheme: 'mqtts',
      environment: { ...clientFiles, LLX_BROKER_CA: server.ca },
    },
    'a user over WebSockets': {
      broker: { login, webSockets: true },
      scheme: 'ws',
      environment: credentials,
    },
  };
}

describe.skipIf(!hasMosquitto)(
  hasMosquitto ? 'Mosquitto between stub and session' : 'skipped: no Mosquitto',
  () => {
    test.each(['a user over TCP', 'a user over TLS', 'a client certificate', 'a user over WebSockets'])(
      'with %s: the local code answers while the session is there',
      async (name) => {
        const way = (await ways())[name];
        if (way === undefined) throw new Error(`no way ${name}`);
        broker = await startMosquitto(way.broker);
        const url = `${way.scheme}://localhost:${broker.port}`;
        const environment = { ...way.environment, LLX_BROKER_URL: url };
        expect(await invoke(environment)).toBe('deployed');
        session = await startLlx(['dev', '--broker', url], { cwd: directory, env: way.environment });
        expect(session.ready).toMatchObject({ mode: 'broker', mqtt: url, account: '123456789012' });
        expect(await invoke(environment)).toBe('local');
        await session.stop();
        expect(await invoke(environment)).toBe('deployed');
      },
      60_000,
    );

    test('a wrong password is told as that, and is not shown', async () => {
      broker = await startMosquitto({ login: { username: 'llx', password: 'right' } });
      const args = ['dev', '--plain', '--broker', `mqtt://llx:not-the-password@localhost:${broker.port}`];
      const { code, stderr } = await runLlx(args, { cwd: directory });
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^LLX_BROKER_REFUSED: /) });
      expect(stderr).not.toContain('not-the-password');
    });
  },
);

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SessionEvent } from '../../src/session/event.ts';
import type { CreateStub } from '../../src/stub/create-stub.ts';
import { createLambdaHandler } from '../../src/stub/lambda-handler.ts';
import { Stub } from '../../src/stub/stub.ts';
import { MemoryBroker } from '../../src/transport/memory.ts';
import { ARN, QUICK, type TestSession, Tunnel } from '../support/tunnel.ts';

type AnyHandler = (...parameters: readonly unknown[]) => unknown;

let directory: string;
let broker: MemoryBroker;
let tunnel: Tunnel;
let stubs: Stub[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-stub-'));
  broker = new MemoryBroker();
  stubs = [];
  tunnel = new Tunnel({
    network: {
      connect: (options) => broker.connect(options),
      retained: async (topic) => broker.retained(topic),
    },
  });
});

afterEach(async () => {
  await Promise.all(stubs.map((stub) => stub.close()));
  await tunnel.close();
  await rm(directory, { recursive: true });
});

const createStub: CreateStub = ({
  brokerUrl: _url,
  username: _user,
  password: _password,
  tls: _tls,
  ...options
}) => {
  const stub = new Stub({
    ...options,
    connect: (connecting) => broker.connect({ ...connecting, unref: true }),
    timing: QUICK,
  });
  stubs.push(stub);
  return stub;
};

/** What Lambda loads: the stub in front of `code`, on a runtime. */
async function deploy(code: string, environment: NodeJS.ProcessEnv = {}): Promise<AnyHandler> {
  await writeFile(join(directory, 'index.mjs'), code);
  const handler = await createLambdaHandler(
    {
      LLX_HANDLER: 'index.handler',
      LLX_BROKER_URL: 'mqtt://memory.test',
      LLX_FUNCTION_ARN: ARN,
      LAMBDA_TASK_ROOT: directory,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      ...environment,
    },
    createStub,
  );
  return handler as AnyHandler;
}

const context = () => ({
  awsRequestId: crypto.randomUUID(),
  invokedFunctionArn: ARN,
  functionName: 'orders',
  functionVersion: '$LATEST',
  memoryLimitInMB: '128',
  logGroupName: '/aws/lambda/orders',
  logStreamName: 'stream',
  getRemainingTimeInMillis: () => 5_000,
});

const watch = () => tunnel.startSession(async () => 'local', { mode: 'observe' });

type Observed = Extract<SessionEvent, { type: 'observed' }>;
const observed = ({ events }: TestSession) =>
  events
    .filter((event): event is Observed => event.type === 'observed')
    .map(({ event, answer, errorType, streamed }) => ({
      event: Buffer.from(event).toString(),
      answer: Buffer.from(answer).toString(),
      errorType,
      streamed,
    }));

test('an async handler that is watched answers, and its event is seen as it was before it changed it', async () => {
  const session = await watch();
  const handler = await deploy(`export const handler = async (event) => { event.n += 1; return event; };`);
  expect(await handler({ n: 1 }, context())).toEqual({ n: 2 });
  await expect
    .poll(() => observed(session))
    .toEqual([{ event: '{"n":1}', answer: '{"n":2}', errorType: undefined, streamed: false }]);
});

test('a callback handler of an older runtime is watched', async () => {
  const session = await watch();
  const handler = await deploy(
    `export const handler = (event, context, callback) => { if (event.fails) throw new TypeError('no'); callback(null, event.n); };`,
    { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' },
  );
  const call = (event: unknown) =>
    new Promise((resolve, reject) =>
      handler(event, context(), (error: unknown, result: unknown) =>
        error ? reject(error) : resolve(result),
      ),
    );
  expect(await call({ n: 1 })).toBe(1);
  await expect(call({ fails: true })).rejects.toThrow('no');
  await expect
    .poll(() => observed(session).map(({ answer, errorType }) => errorType ?? answer))
    .toEqual(['1', 'TypeError']);
});

test('a streaming handler is watched: the copy says so, and holds its bytes', async () => {
  const session = await watch();
  const handler = await deploy(
    `export const handler = async (event, stream) => { stream.write('a'); stream.end('b'); };
handler[Symbol.for('aws.lambda.runtime.handler.streaming')] = 'response';`,
  );
  const stream = new PassThrough();
  await handler({}, stream, context());
  expect(stream.read().toString()).toBe('ab');
  await expect
    .poll(() => observed(session))
    .toEqual([{ event: '{}', answer: 'ab', errorType: undefined, streamed: true }]);
});

test.each(['snap-start', 'provisioned-concurrency'])(
  'under %s nothing is made or connected in init: the first invocation does it',
  async (type) => {
    await tunnel.startSession(async () => 'local');
    const handler = await deploy(`export const handler = async () => 'deployed';`, {
      AWS_LAMBDA_INITIALIZATION_TYPE: type,
    });
    expect(stubs).toEqual([]);
    expect(broker.clientIds.filter((id) => id.startsWith('llx-stub-'))).toEqual([]);
    expect(await handler({}, context())).toBe('local');
    expect(await handler({}, context())).toBe('local');
    expect(stubs).toHaveLength(1);
  },
);

test('credentials of the environment are forwarded only where the function is configured to', async () => {
  const given: unknown[] = [];
  await tunnel.startSession(async () => 'local', {
    onCredentials: (_arn, credentials) => given.push(credentials),
  });
  const keys = { AWS_ACCESS_KEY_ID: 'ASIA1', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token' };
  const code = `export const handler = async () => 'deployed';`;
  const silent = await deploy(code, keys);
  expect(await silent({}, context())).toBe('local');
  expect(given).toEqual([]);
  const forwarding = await deploy(code, { ...keys, LLX_CREDENTIALS: 'forward' });
  expect(await forwarding({}, context())).toBe('local');
  expect(given).toEqual([{ accessKeyId: 'ASIA1', secretAccessKey: 'secret', sessionToken: 'token' }]);
});

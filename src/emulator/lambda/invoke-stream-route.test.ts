import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEVELOPMENT_KEY } from '../../signature/development-key.ts';
import type { AnswerStream } from './invocation-service.ts';
import { echo, fail, LambdaWorld } from './invocations/invocations.test-support.ts';
import { failed, succeeded } from './lambda.test-support.ts';

let world: LambdaWorld;
let client: LambdaClient;

beforeEach(async () => {
  world = await LambdaWorld.open();
  client = new LambdaClient({
    endpoint: world.endpoint,
    region: 'us-east-1',
    credentials: DEVELOPMENT_KEY,
    maxAttempts: 1,
  });
});

afterEach(async () => {
  client.destroy();
  await world.close();
});

const DONE = { ...succeeded(new Uint8Array(0)), streamed: true };

function takerOf(stream: AnswerStream | undefined): AnswerStream {
  if (stream === undefined) throw new Error('expected somebody who takes pieces');
  return stream;
}

/** The pieces as texts, then how it ended. */
async function read(payload = '{}', LogType?: 'Tail'): Promise<{ pieces: string[]; complete: unknown }> {
  const answer = await client.send(
    new InvokeWithResponseStreamCommand({ FunctionName: 'orders', Payload: Buffer.from(payload), LogType }),
  );
  expect(answer.StatusCode).toBe(200);
  expect(answer.ExecutedVersion).toBe('$LATEST');
  const pieces: string[] = [];
  let complete: unknown;
  for await (const { PayloadChunk, InvokeComplete } of answer.EventStream ?? []) {
    if (PayloadChunk?.Payload !== undefined) pieces.push(Buffer.from(PayloadChunk.Payload).toString());
    complete = InvokeComplete ?? complete;
  }
  return { pieces, complete };
}

test('pieces arrive when the handler writes them, before it has ended', async () => {
  const seen = Promise.withResolvers<void>();
  world.deploy('orders', async (_call, { stream }) => {
    const taker = takerOf(stream);
    await taker.onChunk(Buffer.from('one'));
    await seen.promise;
    await taker.onChunk(Buffer.from('two'));
    return DONE;
  });
  const answer = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: 'orders' }));
  const pieces: string[] = [];
  for await (const { PayloadChunk } of answer.EventStream ?? []) {
    if (PayloadChunk?.Payload === undefined) continue;
    pieces.push(Buffer.from(PayloadChunk.Payload).toString());
    seen.resolve();
  }
  expect(pieces).toEqual(['one', 'two']);
});

test('the answer of a handler that does not stream is one piece', async () => {
  world.deploy('orders', echo);
  expect(await read('{"n":1}')).toEqual({ pieces: ['{"n":1}'], complete: {} });
});

test('a handler that fails after its first piece is told at the end, with the log where it was asked for', async () => {
  world.deploy('orders', async (call, run) => {
    await takerOf(run.stream).onChunk(Buffer.from('one'));
    run.onLog('a line');
    return await fail(call, run);
  });
  const { pieces, complete } = await read('{}', 'Tail');
  expect(pieces).toEqual(['one']);
  expect(complete).toEqual({
    ErrorCode: 'Unhandled',
    ErrorDetails: '{"errorType":"Error","errorMessage":"no"}',
    LogResult: expect.any(String),
  });
  const log = Buffer.from(String(Reflect.get(Object(complete), 'LogResult')), 'base64').toString();
  expect(log).toMatch(/^START RequestId: .*\na line\nEND RequestId: /);
});

test('a caller who reads slowly holds the handler up', async () => {
  const piece = Buffer.alloc(1024 * 1024);
  let written = 0;
  const blocked = Promise.withResolvers<void>();
  world.deploy('orders', async (_call, { stream }) => {
    const taker = takerOf(stream);
    for (; written < 64; written += 1) {
      const taken = taker.onChunk(piece);
      const waits = await Promise.race([
        taken.then(() => false),
        new Promise((free) => setImmediate(free, true)),
      ]);
      if (waits === true) blocked.resolve();
      await taken;
    }
    return DONE;
  });
  const answer = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: 'orders' }));
  await blocked.promise;
  expect(written).toBeLessThan(64);
  let bytes = 0;
  for await (const { PayloadChunk } of answer.EventStream ?? []) bytes += PayloadChunk?.Payload?.length ?? 0;
  expect(bytes).toBe(64 * piece.length);
});

test('a caller who hangs up ends the handler', async () => {
  const ended = Promise.withResolvers<string>();
  world.deploy('orders', async (_call, { stream, signal }) => {
    await takerOf(stream).onChunk(Buffer.from('one'));
    return await new Promise((resolve) =>
      signal.addEventListener('abort', () => {
        ended.resolve('aborted');
        resolve(failed('aborted'));
      }),
    );
  });
  const hangUp = new AbortController();
  const answer = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: 'orders' }), {
    abortSignal: hangUp.signal,
  });
  expect(answer.StatusCode).toBe(200);
  client.destroy();
  hangUp.abort();
  expect(await ended.promise).toBe('aborted');
});

test('before its first piece a call is refused with a status of its own', async () => {
  world.deploy('orders', echo);
  world.service.limits.reserve('orders', 0);
  await expect(read()).rejects.toMatchObject({
    name: 'TooManyRequestsException',
    $metadata: { httpStatusCode: 429 },
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  });
});

test('a dry run answers 204, and nothing runs', async () => {
  world.deploy('orders', echo);
  const command = new InvokeWithResponseStreamCommand({ FunctionName: 'orders', InvocationType: 'DryRun' });
  expect((await client.send(command)).StatusCode).toBe(204);
  expect(world.calls).toEqual([]);
});

import { expect, test } from 'vitest';
import type { FunctionSpec, InvocationRequest, InvocationResult, Runtime } from '../runtime/invocation.ts';
import { LocalRuns } from './local-run.ts';
import { createSessionStore } from './store.ts';

const SPEC: FunctionSpec = {
  name: 'orders',
  arn: 'arn:aws:lambda:us-east-1:000000000000:function:orders',
  handler: 'src/orders.handler',
  runtime: 'nodejs24.x',
  timeoutMs: 3_000,
  memoryMb: 128,
  environment: {},
  root: '/project',
  code: 'source',
};

const bytes = (text: string) => new TextEncoder().encode(text);

const ANSWER: InvocationResult = {
  status: 'succeeded',
  payload: bytes('"ok"'),
  streamed: false,
  durationMs: 4,
  coldStart: false,
};

function setup(invoke: (request: InvocationRequest) => Promise<InvocationResult>) {
  const store = createSessionStore();
  store.dispatch({ type: 'function', name: 'orders', arn: SPEC.arn, state: { status: 'serving' } });
  const runtime: Runtime = {
    invoke: (_spec, request) => invoke(request),
    boot: () => {},
    prepare: async () => {},
    onBuild: () => () => {},
    close: async () => {},
  };
  let time = 1_000;
  const runs = new LocalRuns({
    runtime,
    store,
    lane: 'default',
    specOf: (name) => (name === 'orders' ? SPEC : undefined),
    now: () => time++,
  });
  return { store, runs };
}

test('a replay is an invocation of its own that names what it replays', async () => {
  let seen: InvocationRequest | undefined;
  const { store, runs } = setup(async (request) => {
    seen = request;
    request.onProgress?.('running');
    request.onLog?.({ stream: 'stdout', text: 'hi' });
    return ANSWER;
  });
  const event = bytes('{"a":1}');
  await runs.run({ functionName: 'orders', event, replayOf: 'first', clientContext: { custom: { a: 'b' } } });
  expect(seen?.remainingMs).toBe(3_000);
  expect(seen?.clientContext).toEqual({ custom: { a: 'b' } });
  const record = store.getState().invocations.at(-1);
  expect(record).toMatchObject({
    requestId: seen?.requestId,
    functionName: 'orders',
    replayOf: 'first',
    phase: 'succeeded',
    event,
    answer: ANSWER.payload,
    logs: [{ stream: 'stdout', text: 'hi' }],
    context: { functionVersion: '$LATEST', remainingMs: 3_000, credentials: 'of the session' },
  });
  expect([record?.offeredAt, record?.claimedAt, record?.runningAt, record?.endedAt]).toEqual([
    1_000, 1_001, 1_002, 1_003,
  ]);
});

test('of a streamed answer the beginning is kept, and how long it was', async () => {
  const { store, runs } = setup(async ({ onChunk }) => {
    await onChunk?.(bytes('first, '));
    await onChunk?.(new Uint8Array(300 * 1024));
    return { ...ANSWER, payload: new Uint8Array(), streamed: true };
  });
  await runs.run({ functionName: 'orders', event: bytes('1'), replayOf: undefined });
  const record = store.getState().invocations.at(-1);
  expect(record?.answer).toEqual(Buffer.concat([bytes('first, '), new Uint8Array(256 * 1024 - 7)]));
  expect(record?.answerBytes).toBe(300 * 1024 + 7);
});

test('while it runs it counts as running, and closing cancels it', async () => {
  const { store, runs } = setup(
    ({ signal }) =>
      new Promise((resolve) => {
        signal?.addEventListener('abort', () =>
          resolve({
            status: 'failed',
            failure: 'aborted',
            errorType: 'Llx.Cancelled',
            payload: bytes('{}'),
            durationMs: 1,
            coldStart: false,
          }),
        );
      }),
  );
  const run = runs.run({ functionName: 'orders', event: bytes('1'), replayOf: undefined });
  expect(store.getState().running).toBe(1);
  await runs.close();
  await run;
  expect(store.getState().invocations.at(-1)?.phase).toBe('cancelled');
  expect(store.getState().running).toBe(0);
  await expect(runs.run({ functionName: 'orders', event: bytes('1'), replayOf: undefined })).rejects.toThrow(
    'closing',
  );
});

test('a function that the session does not have is refused', async () => {
  const { store, runs } = setup(async () => ANSWER);
  await expect(runs.run({ functionName: 'other', event: bytes('1'), replayOf: undefined })).rejects.toThrow(
    'other is no function of this session.',
  );
  expect(store.getState().invocations.length).toBe(0);
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { DropCounter } from '../protocol/drops.ts';
import { FRAME_BYTES } from '../protocol/limits.ts';
import type { Message, MessageToStub, OfferMeta } from '../protocol/message.ts';
import { encodeMessage } from '../protocol/message-encoder.ts';
import { PeerKeys } from '../protocol/peer-keys.ts';
import { newInvocationId } from '../protocol/random.ts';
import { Reassembler } from '../protocol/reassembler.ts';
import { deriveKeys, generateKeyPair } from '../protocol/seal.ts';
import { TIMING } from '../protocol/timing.ts';
import { inTopic } from '../protocol/topics.ts';
import type { FunctionSpec, InvocationRequest, InvocationResult, Runtime } from '../runtime/invocation.ts';
import { Dispatcher, type DispatcherOptions } from './dispatcher.ts';
import type { SessionEvent } from './event.ts';
import { createSessionStore } from './store.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:orders';
const TOPIC = inTopic(ARN, 's-1');
const SPEC: FunctionSpec = {
  name: 'orders',
  arn: ARN,
  handler: 'orders.handler',
  runtime: 'nodejs24.x',
  timeoutMs: 3_000,
  memoryMb: 128,
  environment: {},
  root: '/',
  code: 'source',
};
const META: OfferMeta = {
  requestId: 'r-1',
  invokedFunctionArn: `${ARN}:live`,
  functionName: 'orders',
  functionVersion: '7',
  memoryLimitInMB: '128',
  logGroupName: 'g',
  logStreamName: 's',
  lane: 'default',
  remainingMs: 3_000,
  claimTimeoutMs: 1_500,
  encodings: [],
};

const session = generateKeyPair();
const stub = generateKeyPair();
const stubKeys = deriveKeys(stub, 'stub', session.publicKey);
if (stubKeys === undefined) throw new Error('expected keys of two good pairs');
const { send, receive } = stubKeys;

let dispatcher: Dispatcher;
let events: SessionEvent[];
let drops: DropCounter;
let requests: InvocationRequest[];
let answered: MessageToStub[];
let offers: number;

/** A handler that answers with its event, at once. */
const runtime: Runtime = {
  boot: () => undefined,
  prepare: async () => undefined,
  onBuild: () => () => undefined,
  close: async () => undefined,
  async invoke(_spec, request): Promise<InvocationResult> {
    requests.push(request);
    return {
      status: 'succeeded',
      payload: request.event,
      streamed: false,
      durationMs: 4,
      initMs: 60,
      coldStart: true,
      maxMemoryMb: 48,
    };
  },
};

function start(options: Partial<DispatcherOptions> = {}): void {
  const store = createSessionStore();
  store.onEvent((event) => events.push(event));
  const reassembler = new Reassembler({ receiver: 'stub', keyOf: () => receive, drops });
  dispatcher = new Dispatcher({
    runtime,
    keys: new PeerKeys(session, 'session'),
    store,
    drops,
    timing: TIMING,
    publish: (_topic, frames) => {
      for (const frame of frames) {
        const reception = reassembler.accept(frame, ARN);
        if (reception.status === 'complete') answered.push(reception.message);
      }
    },
    ...options,
  });
  dispatcher.serve(TOPIC, SPEC);
}

function say(message: Message, number: number = offers++): void {
  const frames = encodeMessage(message, {
    key: send,
    functionArn: ARN,
    publicKey: stub.publicKey,
    encodings: [],
    number,
  });
  for (const payload of frames) dispatcher.receive({ topic: TOPIC, payload, retained: false });
}

function offer(changes: Partial<OfferMeta> = {}): Extract<Message, { kind: 'offer' }> {
  return {
    kind: 'offer',
    id: newInvocationId(),
    meta: { ...META, ...changes },
    payload: Buffer.from('{"n":1}'),
  };
}

const observe = (payload: string): Message => ({
  kind: 'observe',
  id: newInvocationId(),
  meta: { ...META, failed: false, eventBytes: 7, durationMs: 4 },
  payload: Buffer.from(payload),
});

const types = () => events.map(({ type }) => type);

beforeEach(() => {
  events = [];
  drops = new DropCounter();
  requests = [];
  answered = [];
  offers = 0;
});
afterEach(() => dispatcher.close());

test('an offer runs, and its answer carries what the run took', async () => {
  start();
  const offered = offer();
  say(offered);
  await expect.poll(() => answered).toHaveLength(1);
  expect(answered).toEqual([
    {
      kind: 'result',
      id: offered.id,
      meta: { durationMs: 4, initMs: 60, maxMemoryMb: 48, logs: [] },
      payload: Buffer.from('{"n":1}'),
    },
  ]);
  expect(types()).toEqual(['offered', 'ended']);
});

test('what was streamed to the caller is shown, too', async () => {
  const streaming: Runtime = {
    ...runtime,
    invoke: async (spec, request) => {
      await request.onChunk?.(Buffer.from('one, '));
      await request.onChunk?.(Buffer.from('two'));
      return { ...(await runtime.invoke(spec, request)), payload: new Uint8Array(), streamed: true };
    },
  };
  start({ runtime: streaming });
  say(offer());
  await expect.poll(() => types()).toEqual(['offered', 'ended']);
  expect(events[1]).toMatchObject({ streamed: { beginning: Buffer.from('one, two'), bytes: 8 } });
  expect(answered.map(({ kind }) => kind)).toEqual(['chunk', 'chunk', 'end']);
});

test('credentials are handed on before the run, and are nowhere else', async () => {
  const given: unknown[] = [];
  start({ onCredentials: (arn, { expiration: _, ...keys }) => given.push(arn, keys, requests.length) });
  say(offer({ credentials: { accessKeyId: 'ASIA', secretAccessKey: 'hidden', sessionToken: 'hidden' } }));
  await expect.poll(() => answered).toHaveLength(1);
  expect(given).toEqual([ARN, { accessKeyId: 'ASIA', secretAccessKey: 'hidden', sessionToken: 'hidden' }, 0]);
  expect(JSON.stringify([events, requests])).not.toContain('hidden');
});

test('a session that watches refuses an offer, and shows a copy', async () => {
  start({ mode: 'observe' });
  say(offer());
  say(observe('{"n":1}"deployed"'));
  expect(answered).toMatchObject([
    { kind: 'refuse', meta: { code: 'Llx.NotServed', message: 'this session only watches' } },
  ]);
  expect(types()).toEqual(['offered', 'stopped', 'observed']);
  expect(requests).toEqual([]);
});

test('a copy that contradicts itself, or is sent again under a new id, is counted and not shown', () => {
  start({ mode: 'observe' });
  say(observe('{}'));
  say(observe('{"n":1}1'), 7);
  say(observe('{"n":1}1'), 7);
  expect(types()).toEqual(['observed']);
  expect(drops.counts()).toEqual({ 'body-malformed': 1, 'message-replayed': 1 });
});

test('an offer that is replayed under a new id does not run', async () => {
  start();
  say(offer(), 3);
  say(offer(), 3);
  await expect.poll(() => answered).toHaveLength(1);
  expect(requests).toHaveLength(1);
  expect(drops.counts()).toEqual({ 'message-replayed': 1 });
});

test('an offer of another function on this topic is dropped', () => {
  start();
  say(offer({ invokedFunctionArn: ARN.replace('orders', 'carts') }));
  expect([requests, drops.counts()]).toEqual([[], { 'topic-foreign': 1 }]);
});

test('an answer that takes long to encode is claimed first: its stub would wait without a sign of life', async () => {
  const large: Runtime = {
    ...runtime,
    invoke: async (spec, request) => ({
      ...(await runtime.invoke(spec, request)),
      payload: Buffer.from(JSON.stringify('x'.repeat(FRAME_BYTES))),
    }),
  };
  start({ runtime: large });
  say(offer());
  await expect.poll(() => answered.map(({ kind }) => kind)).toEqual(['claim', 'result']);
  expect(types()).toEqual(['offered', 'claimed', 'ended']);
});

test('an answer that nobody waits for any more is taken back, and asked for again it is unknown', async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const kinds: string[] = [];
  const reassembler = new Reassembler({ receiver: 'stub', keyOf: () => receive, drops });
  start({
    publish: (_topic, frames, signal) => {
      for (const frame of frames) {
        const reception = reassembler.accept(frame, ARN);
        if (reception.status === 'complete') kinds.push(reception.message.kind);
        signals.push(signal);
      }
    },
  });
  const offered = offer();
  say(offered);
  await expect.poll(() => kinds).toEqual(['result']);
  expect(signals.map((signal) => signal?.aborted)).toEqual([false]);
  say({ kind: 'cancel', id: offered.id, meta: {}, payload: new Uint8Array() });
  say({ kind: 'query', id: offered.id, meta: {}, payload: new Uint8Array() });
  expect(kinds).toEqual(['result', 'unknown']);
  expect(signals.map((signal) => signal?.aborted)).toEqual([true, undefined]);
});

test('an offer that was withdrawn before it was complete does not run', () => {
  start();
  const offered = offer();
  say({ kind: 'withdraw', id: offered.id, meta: {}, payload: new Uint8Array() });
  say(offered);
  expect([requests, drops.counts()]).toEqual([[], { 'invocation-ended': 1 }]);
});

test('a query for what nobody knows is answered, anything else counted', () => {
  start();
  say({ kind: 'query', id: newInvocationId(), meta: {}, payload: new Uint8Array() });
  say({ kind: 'credit', id: newInvocationId(), meta: { bytes: 1 }, payload: new Uint8Array() });
  expect(answered.map(({ kind }) => kind)).toEqual(['unknown']);
  expect(drops.counts()).toEqual({ 'invocation-unknown': 1 });
});

test('a refusal that did not arrive is said again', () => {
  const lost: number[] = [];
  let publishes = 0;
  start({ publish: () => void lost.push(publishes++) });
  dispatcher.leave(TOPIC);
  const refused = offer();
  say(refused, 7);
  say(refused, 7);
  expect(lost).toHaveLength(2);
  expect(requests).toEqual([]);
});

test('a function that was given back refuses', () => {
  start();
  dispatcher.leave(TOPIC);
  say(offer());
  expect(answered.map(({ kind }) => kind)).toEqual(['refuse']);
  expect(requests).toEqual([]);
});

test('a topic that is no function’s is nobody’s', () => {
  start();
  expect(dispatcher.receive({ topic: 'other', payload: new Uint8Array(), retained: false })).toBe(false);
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { LlxError } from '../errors/llx-error.ts';
import { DropCounter } from '../protocol/drops.ts';
import { decodePresence } from '../protocol/presence.ts';
import { presenceTopic, sessionTopic } from '../protocol/topics.ts';
import type { Runtime } from '../runtime/invocation.ts';
import { MemoryBroker } from '../transport/memory.ts';
import { connectSharded } from '../transport/sharded-transport.ts';
import type { SessionEvent } from './event.ts';
import { Session, type SessionOptions } from './session.ts';
import { createSessionStore } from './store.ts';

const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

const runtime: Runtime = {
  boot: () => undefined,
  prepare: async () => undefined,
  onBuild: () => () => undefined,
  close: async () => undefined,
  invoke: () => Promise.reject(new Error('nothing is invoked here')),
};

let broker: MemoryBroker;
let sessions: Session[];

beforeEach(() => {
  broker = new MemoryBroker();
  sessions = [];
});
afterEach(async () => void (await Promise.all(sessions.map((session) => session.close()))));

function create(options: Partial<SessionOptions> = {}): { session: Session; events: SessionEvent[] } {
  const events: SessionEvent[] = [];
  const store = createSessionStore();
  store.onEvent((event) => events.push(event));
  const session = new Session({
    connect: (connecting) => broker.connect({ ...connecting, backoffMs: () => 1 }),
    runtime,
    functions: ['a', 'b'].map((name) => ({
      name,
      arn: arnOf(name),
      handler: `${name}.handler`,
      runtime: 'nodejs24.x',
      timeoutMs: 3_000,
      memoryMb: 128,
      environment: {},
      root: '/',
      code: 'source',
    })),
    lane: 'default',
    takeover: false,
    store,
    drops: new DropCounter(),
    readRetained: async (topic) => broker.retained(topic),
    ...options,
  });
  sessions.push(session);
  return { session, events };
}

function presenceOf(name: string) {
  const payload = broker.retained(presenceTopic(arnOf(name), 'default'));
  return payload && decodePresence(payload);
}

const states = (events: readonly SessionEvent[]) =>
  events.flatMap((event) => (event.type === 'function' ? [`${event.name} ${event.state.status}`] : []));

test('a session that serves says neither that it watches nor that it wants credentials', async () => {
  const { session, events } = create();
  await session.start();
  const presence = presenceOf('a');
  expect(presence).toMatchObject({ sessionId: session.id });
  expect(Object.keys(presence ?? {})).toEqual(['sessionId', 'publicKey', 'protocol', 'encodings', 'since']);
  expect(states(events).sort()).toEqual(['a off', 'a serving', 'b off', 'b serving']);
});

test('a session that watches, and one that wants credentials, say so', async () => {
  const { session } = create({ mode: 'observe', onCredentials: () => undefined });
  await session.start();
  expect(presenceOf('a')).toMatchObject({ mode: 'observe', credentials: 'forward' });
});

test('a session that gets none of its lanes does not start, and says who holds them', async () => {
  const first = create({ name: 'anna@laptop' });
  await first.session.start();
  const { session, events } = create();
  const starting = session.start();
  await expect(starting).rejects.toBeInstanceOf(LlxError);
  await expect(starting).rejects.toThrow(`anna@laptop (session ${first.session.id})`);
  expect(events.filter(({ type }) => type === 'notice')).toEqual([]);
});

test('a session that gets some of its lanes tells in one line who holds the others', async () => {
  const first = create({ name: 'anna@laptop' });
  await first.session.start();
  await first.session.serve('a', false);
  const { session, events } = create();
  await session.start();
  expect(events.flatMap((event) => (event.type === 'notice' ? [event.text] : []))).toEqual([
    expect.stringMatching(/^The lane default of b is held by anna@laptop \(session \S+\) since /),
  ]);
  expect(presenceOf('b')).toMatchObject({ sessionId: first.session.id, name: 'anna@laptop' });
});

test('a function is given back and taken again', async () => {
  const { session, events } = create();
  await session.start();
  await session.serve('a', false);
  expect(presenceOf('a')).toEqual({ sessionId: null });
  await session.serve('a', true);
  expect(presenceOf('a')).toMatchObject({ sessionId: session.id });
  await session.serve('unknown', true);
  expect(states(events).slice(-2)).toEqual(['a off', 'a serving']);
});

test('close leaves nobody, no state and no connection, however often it is asked', async () => {
  const { session } = create();
  await session.start();
  await Promise.all([session.close(), session.close()]);
  expect([presenceOf('a'), presenceOf('b')]).toEqual([{ sessionId: null }, { sessionId: null }]);
  expect(broker.retained(sessionTopic(session.id))).toBeUndefined();
  expect(broker.clientIds).toEqual([]);
});

test('a session that cannot give back every lane in time is offline all the same', async () => {
  const { session } = create({
    connect: async (connecting) => {
      const transport = await broker.connect(connecting);
      const publish = transport.publish.bind(transport);
      transport.publish = (topic, payload, options) =>
        // As hundreds of them do, where a broker takes so many a second.
        topic.includes('/presence/') && decodePresence(payload)?.sessionId === null
          ? new Promise(() => undefined)
          : publish(topic, payload, options);
      return transport;
    },
  });
  await session.start();
  await session.close();
  expect(broker.retained(sessionTopic(session.id))).toBeUndefined();
});

test('a connection that was lost is renewed under a new client id, and the session is there again', async () => {
  const { session, events } = create();
  await session.start();
  const [dead = ''] = broker.clientIds;
  broker.drop(dead);
  await expect
    .poll(() => events.filter(({ type }) => type === 'connection').at(-1))
    .toEqual({ type: 'connection', state: { status: 'connected', connection: 2 } });
  expect(broker.clientIds).toHaveLength(1);
  expect(broker.clientIds).not.toContain(dead);
  await expect
    .poll(() => Buffer.from(broker.retained(sessionTopic(session.id)) ?? []).toString())
    .toBe('{"state":"online","connection":2}');
});

test('a session that ends while one of its connections is renewed says goodbye', async () => {
  const { session, events } = create({
    connect: (connecting) =>
      connectSharded((one) => broker.connect({ ...one, backoffMs: () => 1 }), connecting, {
        subscriptionsPerConnection: 1,
      }),
  });
  await session.start();
  broker.mode = 'absent';
  broker.drop(broker.clientIds.at(-1) ?? '');
  await expect
    .poll(() => events.findLast(({ type }) => type === 'connection'))
    .toMatchObject({ state: { status: 'connecting' } });
  await session.close();
  expect(broker.retained(sessionTopic(session.id))).toBeUndefined();
});

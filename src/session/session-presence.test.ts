import { afterEach, beforeEach, expect, test } from 'vitest';
import { counted } from '../../test/support/counted-transport.ts';
import { DropCounter } from '../protocol/drops.ts';
import { decodeSessionState, encodeSessionState } from '../protocol/presence.ts';
import { sessionTopic } from '../protocol/topics.ts';
import { MemoryBroker } from '../transport/memory.ts';
import type { Transport } from '../transport/transport.ts';
import { offlineWill, SessionPresence } from './session-presence.ts';

const TOPIC = sessionTopic('s-1');

let broker: MemoryBroker;
let transport: Transport;
let presence: SessionPresence;
let drops: DropCounter;

beforeEach(async () => {
  broker = new MemoryBroker();
  drops = new DropCounter();
  transport = await broker.connect({
    clientId: (connection) => `session-${connection}`,
    will: (connection) => offlineWill('s-1', connection),
    keepAliveSeconds: 30,
    connectTimeoutMs: 1_000,
    backoffMs: () => 1,
  });
  presence = new SessionPresence({
    sessionId: 's-1',
    transport,
    drops,
    onProblem: (error) => {
      throw error;
    },
  });
  transport.onMessage((message) => presence.accept(message));
});

afterEach(async () => {
  presence.close();
  await transport.close();
});

function state() {
  const payload = broker.retained(TOPIC);
  return payload && decodeSessionState(payload);
}

test('a session that is there says so with the number of its connection, and leaves nothing behind', async () => {
  await presence.start();
  expect(state()).toEqual({ state: 'online', connection: 1 });
  await presence.leave();
  expect(broker.retained(TOPIC)).toBeUndefined();
});

test('a late will of an earlier connection is contradicted', async () => {
  await presence.start();
  const late = encodeSessionState({ state: 'offline', connection: 1 });
  await transport.publish(TOPIC, late, { qos: 1, retain: true });
  await expect.poll(state).toEqual({ state: 'online', connection: 1 });
});

test('a late will is contradicted while another connection of the session is renewed', async () => {
  const { transport: renewed } = counted(transport);
  const pool = Object.defineProperties(renewed, {
    state: { value: { status: 'connecting', attempt: 1 } },
    controlState: { get: () => transport.state },
  });
  const ours = new SessionPresence({ sessionId: 's-1', transport: pool, drops, onProblem: () => undefined });
  await ours.start();
  expect(state()).toEqual({ state: 'online', connection: 1 });
  expect(ours.accept({ topic: TOPIC, payload: offlineWill('s-1', 0).payload, retained: true })).toBe(true);
  await expect.poll(state).toEqual({ state: 'online', connection: 1 });
  ours.close();
});

test('after a goodbye it says nothing more', async () => {
  await presence.start();
  await presence.leave();
  await presence.sayOnline();
  expect(broker.retained(TOPIC)).toBeUndefined();
});

test('a goodbye that the broker discards is said again', async () => {
  await presence.start();
  const publish = transport.publish.bind(transport);
  let discarded = 0;
  // As IoT Core does above one retained message a second on a topic: no acknowledgement.
  transport.publish = (topic, payload, options) => {
    if (discarded === 1) return publish(topic, payload, options);
    discarded += 1;
    return new Promise(() => undefined);
  };
  await presence.leave();
  expect(discarded).toBe(1);
  expect(broker.retained(TOPIC)).toBeUndefined();
});

test('only its own topic is its own; what stands there and is no state is counted', () => {
  expect(presence.accept({ topic: sessionTopic('s-2'), payload: new Uint8Array(), retained: false })).toBe(
    false,
  );
  expect(presence.accept({ topic: TOPIC, payload: Buffer.from('{'), retained: false })).toBe(true);
  expect(drops.counts()).toEqual({ 'presence-malformed': 1 });
});

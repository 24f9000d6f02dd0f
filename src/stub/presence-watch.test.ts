import { afterEach, beforeEach, expect, test } from 'vitest';
import { DropCounter } from '../protocol/drops.ts';
import { describeHolder, encodePresence, encodeSessionState, type Holder } from '../protocol/presence.ts';
import { TIMING } from '../protocol/timing.ts';
import { presenceTopic, sessionTopic } from '../protocol/topics.ts';
import { MemoryBroker } from '../transport/memory.ts';
import type { ReadRetained } from '../transport/read-retained.ts';
import type { Transport } from '../transport/transport.ts';
import { PresenceWatch } from './presence-watch.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:orders';
const HOLDER: Holder = describeHolder({
  sessionId: 's-1',
  publicKey: Buffer.alloc(32, 7),
  since: new Date('2026-11-21T09:00:00Z'),
});

let broker: MemoryBroker;
let transport: Transport;
let speaker: Transport;
let drops: DropCounter;
let changes: string[];

const connect = (clientId: string) =>
  broker.connect({ clientId: () => clientId, keepAliveSeconds: 30, connectTimeoutMs: 1_000 });

beforeEach(async () => {
  broker = new MemoryBroker();
  transport = await connect('stub');
  speaker = await connect('session');
  drops = new DropCounter();
  changes = [];
});
afterEach(async () => {
  await transport.close();
  await speaker.close();
});

function watch(options: { readRetained?: ReadRetained; presenceMs?: number } = {}): PresenceWatch {
  const { presenceMs = 5_000, readRetained } = options;
  const presence = new PresenceWatch({
    transport,
    arn: ARN,
    timing: { ...TIMING, presenceMs },
    drops,
    readRetained,
    onSession: (sessionId, online) => changes.push(`${sessionId} ${online ? 'online' : 'offline'}`),
  });
  transport.onMessage((message) => presence.accept(message));
  return presence;
}

const retain = (topic: string, payload: Uint8Array) =>
  speaker.publish(topic, payload, { qos: 1, retain: true });
const sayPresence = (lane: string, holder: Holder | { sessionId: null }) =>
  retain(presenceTopic(ARN, lane), encodePresence(holder));
const sayState = (state: 'online' | 'offline', connection = 1) =>
  retain(sessionTopic('s-1'), encodeSessionState({ state, connection }));

test('a lane is held when its presence names a session that is online', async () => {
  await sayPresence('default', HOLDER);
  await sayState('online');
  const presence = watch();
  expect(presence.lane('default')).toEqual({ status: 'unknown' });
  await presence.learn('default');
  expect(presence.lane('default')).toEqual({ status: 'held', holder: HOLDER });
  expect(changes).toEqual(['s-1 online']);
});

test('what changes is known when the broker says it', async () => {
  await sayPresence('default', HOLDER);
  await sayState('online', 2);
  const presence = watch();
  await presence.learn('default');
  await sayState('offline', 2);
  await expect.poll(() => presence.lane('default')).toEqual({ status: 'nobody' });
  await sayState('online', 3);
  await expect.poll(() => presence.lane('default').status).toBe('held');
  await sayState('offline', 2);
  await expect.poll(() => drops.counts()).toEqual({ 'presence-stale': 1 });
  expect(presence.lane('default').status).toBe('held');
});

test('silence is nobody after the bound, and whoever comes later is seen', async () => {
  const presence = watch({ presenceMs: 20 });
  await presence.learn('default');
  expect(presence.lane('default')).toEqual({ status: 'nobody' });
  await sayPresence('default', HOLDER);
  await sayState('online');
  await expect.poll(() => presence.lane('default').status).toBe('held');
});

test('"nobody" that is said or read is known at once', async () => {
  await sayPresence('default', { sessionId: null });
  const presence = watch({ readRetained: async (topic) => broker.retained(topic) });
  await presence.learn('default');
  await presence.learn('alice');
  expect([presence.lane('default'), presence.lane('alice')]).toEqual([
    { status: 'nobody' },
    { status: 'nobody' },
  ]);
});

test('a call that hangs does not hold up what the broker says', async () => {
  await sayPresence('default', HOLDER);
  await sayState('online');
  const presence = watch({ readRetained: () => new Promise(() => undefined) });
  await presence.learn('default');
  expect(presence.lane('default').status).toBe('held');
});

test('a call that is denied is as good as none', async () => {
  await sayPresence('default', HOLDER);
  await sayState('online');
  const presence = watch({ readRetained: () => Promise.reject(new Error('403')) });
  await presence.learn('default');
  expect(presence.lane('default').status).toBe('held');
});

test('a holder without a state is offline, and one of another version is nobody', async () => {
  await sayPresence('default', HOLDER);
  const presence = watch({ presenceMs: 20 });
  await presence.learn('default');
  expect(presence.lane('default')).toEqual({ status: 'nobody' });
  await sayPresence('default', { ...HOLDER, protocol: { min: 2, max: 2 } });
  await sayState('online');
  await expect.poll(() => changes).toEqual(['s-1 online']);
  expect(presence.lane('default')).toEqual({ status: 'nobody' });
});

test('a lost connection makes everything unknown', async () => {
  await sayPresence('default', { sessionId: null });
  const presence = watch();
  await presence.learn('default');
  presence.forget();
  expect(presence.lane('default')).toEqual({ status: 'unknown' });
});

test('lanes that callers name are bounded, and the default lane stays', async () => {
  const presence = watch({ readRetained: async () => undefined });
  await presence.learn('default');
  for (let n = 0; n < 20; n++) await presence.learn(`lane-${n}`);
  expect(presence.lane('default')).toEqual({ status: 'nobody' });
  expect(presence.lane('lane-19')).toEqual({ status: 'nobody' });
  expect(presence.lane('lane-0')).toEqual({ status: 'unknown' });
});

test('what is no presence is counted', async () => {
  const presence = watch({ readRetained: async () => undefined });
  await presence.learn('default');
  const accept = (topic: string, text: string) =>
    presence.accept({ topic, payload: Buffer.from(text), retained: false });
  expect(accept(presenceTopic(ARN, 'default'), '{')).toBe(true);
  expect(accept(presenceTopic(ARN, 'other'), '{}')).toBe(true);
  expect(accept(sessionTopic('s-9'), '{}')).toBe(true);
  expect(accept('something/else', '')).toBe(false);
  expect(drops.counts()).toEqual({ 'presence-malformed': 1, 'topic-foreign': 2 });
});

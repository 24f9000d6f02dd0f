import { afterEach, beforeEach, expect, test } from 'vitest';
import { counted } from '../../test/support/counted-transport.ts';
import { DropCounter } from '../protocol/drops.ts';
import { describeHolder, encodePresence, encodeSessionState } from '../protocol/presence.ts';
import { TIMING } from '../protocol/timing.ts';
import { presenceTopic, sessionTopic } from '../protocol/topics.ts';
import { MemoryBroker } from '../transport/memory.ts';
import type { Transport } from '../transport/transport.ts';
import { BrokerLink, type BrokerLinkOptions } from './broker-link.ts';
import { PresenceWatch } from './presence-watch.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:orders';
const timing = { ...TIMING, presenceMs: 30, connectMs: 50, reconnectMs: 1_000, checkMs: 30 };

let broker: MemoryBroker;
let drops: DropCounter;
let notices: string[];
let attempts: number;
let now: number;
let link: BrokerLink;

beforeEach(() => {
  broker = new MemoryBroker();
  drops = new DropCounter();
  notices = [];
  attempts = 0;
  now = 0;
});
afterEach(() => link.close());

function open(changes: Partial<BrokerLinkOptions> = {}): BrokerLink {
  link = new BrokerLink({
    connect: (options) => {
      attempts += 1;
      return broker.connect({ ...options, backoffMs: () => 1 });
    },
    clientId: () => `stub-${Math.random()}`,
    topics: ['out'],
    timing,
    drops,
    watch: (transport: Transport) =>
      new PresenceWatch({
        transport,
        arn: ARN,
        timing,
        drops,
        readRetained: async (topic) => broker.retained(topic),
        onSession: () => undefined,
      }),
    onMessage: () => undefined,
    onReconnected: () => undefined,
    onNotice: (text) => notices.push(text),
    now: () => now,
    ...changes,
  });
  return link;
}

async function sayHeld(): Promise<void> {
  const transport = await broker.connect({
    clientId: () => 'session',
    keepAliveSeconds: 30,
    connectTimeoutMs: 1_000,
  });
  const holder = describeHolder({ sessionId: 's-1', publicKey: Buffer.alloc(32, 7), since: new Date(0) });
  const retained = { qos: 1, retain: true } as const;
  await transport.publish(presenceTopic(ARN, 'default'), encodePresence(holder), retained);
  const state = encodeSessionState({ state: 'online', connection: 1 });
  await transport.publish(sessionTopic('s-1'), state, retained);
  await transport.close();
}

test('what init learned is at hand without waiting', async () => {
  await sayHeld();
  const opened = open();
  expect(opened.holder('default')).toBe('unknown');
  await opened.prepare();
  expect(opened.holder('default')).toMatchObject({ sessionId: 's-1' });
  expect(opened.holder('alice')).toBe('unknown');
  expect(await opened.findHolder('alice')).toBeUndefined();
  expect(opened.holder('alice')).toBeUndefined();
});

test('a broker that cannot be reached is one line, is not asked again for a while, and then is', async () => {
  broker.mode = 'absent';
  const opened = open();
  await opened.prepare();
  expect(opened.holder('default')).toBeUndefined();
  expect(await opened.findHolder('default')).toBeUndefined();
  expect([attempts, notices]).toEqual([
    1,
    ['llx: the broker cannot be reached, the deployed handler runs (No broker answered in memory.)'],
  ]);
  now += timing.reconnectMs;
  expect(opened.holder('default')).toBe('unknown');
  broker.mode = 'answers';
  await sayHeld();
  expect(await opened.findHolder('default')).toMatchObject({ sessionId: 's-1' });
  expect([attempts, notices.length]).toEqual([2, 1]);
});

test('a broker that is silent is given up after the bound', async () => {
  broker.mode = 'silent';
  await open().prepare();
  expect(notices).toHaveLength(1);
});

test('those who ask while it connects wait for one attempt', async () => {
  const opened = open();
  await Promise.all([opened.findHolder('default'), opened.findHolder('alice'), opened.prepare()]);
  expect(attempts).toBe(1);
});

test('frames without a connection are counted', () => {
  open().publish('topic', [new Uint8Array(1), new Uint8Array(1)]);
  expect(drops.counts()).toEqual({ 'connection-closed': 2 });
});

test('what must leave within a bound says whether it did', async () => {
  const opened = open();
  expect(await opened.publishWithin('topic', [new Uint8Array(1)], 5)).toBe(false);
  await opened.prepare();
  expect(await opened.publishWithin('topic', [new Uint8Array(1)], 5_000)).toBe(true);
});

test('what waits for the quotas of the broker is taken back when its invocation ends, or its bound is over', async () => {
  const given: (AbortSignal | undefined)[] = [];
  const opened = open({
    connect: async (options) => {
      const { transport } = counted(await broker.connect(options));
      const publish: Transport['publish'] = (_topic, _payload, { signal } = {}) => {
        given.push(signal);
        return new Promise((_resolve, reject) => signal?.addEventListener('abort', reject, { once: true }));
      };
      return Object.assign(transport, { publish });
    },
  });
  await opened.prepare();
  const end = new AbortController();
  opened.publish('topic', [Uint8Array.of(1), Uint8Array.of(2)], end.signal);
  end.abort();
  expect(await opened.publishWithin('topic', [Uint8Array.of(3)], 1)).toBe(false);
  expect(given.map((signal) => signal?.aborted)).toEqual([true, true, true]);
  expect(drops.counts()).toEqual({ 'invocation-ended': 2 });
});

test('a socket that takes nothing holds nobody up', async () => {
  const opened = open({
    connect: async (options) => {
      const { transport } = counted(await broker.connect(options));
      return Object.assign(transport, { publish: () => new Promise<void>(() => undefined) });
    },
  });
  await opened.prepare();
  expect(opened.holder('default')).toBeUndefined();
  expect(await opened.publishWithin('topic', [new Uint8Array(1)], 1)).toBe(false);
});

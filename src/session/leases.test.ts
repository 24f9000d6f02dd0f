import { afterEach, beforeEach, expect, test } from 'vitest';
import { DropCounter } from '../protocol/drops.ts';
import {
  decodePresence,
  describeHolder,
  encodePresence,
  encodeSessionState,
  type Holder,
} from '../protocol/presence.ts';
import { presenceTopic, sessionTopic } from '../protocol/topics.ts';
import { MemoryBroker } from '../transport/memory.ts';
import type { Transport } from '../transport/transport.ts';
import { Leases } from './leases.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:orders';
const TOPIC = presenceTopic(ARN, 'default');

let broker: MemoryBroker;
let transports: Transport[];

beforeEach(() => {
  broker = new MemoryBroker();
  transports = [];
});
afterEach(async () => void (await Promise.all(transports.map((transport) => transport.close()))));

async function connect(clientId: string): Promise<Transport> {
  const transport = await broker.connect({
    clientId: (connection) => `${clientId}-${connection}`,
    keepAliveSeconds: 30,
    connectTimeoutMs: 1_000,
    backoffMs: () => 1,
  });
  transports.push(transport);
  return transport;
}

const holderOf = (sessionId: string): Holder =>
  describeHolder({
    sessionId,
    publicKey: Buffer.alloc(32, 7),
    since: new Date('2026-11-21T09:00:00Z'),
    name: `anna@${sessionId}`,
  });

async function start(sessionId: string) {
  const transport = await connect(sessionId);
  const drops = new DropCounter();
  const taken: string[] = [];
  const leases = new Leases({
    transport,
    readRetained: async (topic) => broker.retained(topic),
    lane: 'default',
    ours: holderOf(sessionId),
    drops,
    onTaken: (arn, by) => taken.push(`${arn} by ${by.sessionId} ${by.name}`),
  });
  transport.onMessage((message) => leases.accept(message));
  const say = (state: 'online' | 'offline') =>
    transport.publish(sessionTopic(sessionId), encodeSessionState({ state, connection: 1 }), {
      qos: 1,
      retain: true,
    });
  await say('online');
  return { leases, transport, drops, taken, say };
}

function holder(): string | null | undefined {
  const payload = broker.retained(TOPIC);
  return payload && decodePresence(payload)?.sessionId;
}

const OURS = { status: 'ours' } as const;
const TAKE = { takeover: true } as const;
const ASK = { takeover: false } as const;

test('a lane that could not be given back is still held, and can be given back later', async () => {
  const { leases, transport } = await start('s-1');
  await leases.acquire(ARN, ASK);
  const { publish } = transport;
  transport.publish = () => Promise.reject(new Error('lost'));
  await expect(leases.release(ARN)).rejects.toThrow('lost');
  expect([leases.holds(ARN), holder()]).toEqual([true, 's-1']);
  transport.publish = publish.bind(transport);
  await leases.release(ARN);
  expect([leases.holds(ARN), holder()]).toEqual([false, null]);
});

test('a free lane is taken, and given back by saying that nobody holds it', async () => {
  const { leases } = await start('s-1');
  expect(await leases.acquire(ARN, ASK)).toEqual(OURS);
  expect([leases.holds(ARN), holder()]).toEqual([true, 's-1']);
  await leases.release(ARN);
  expect([leases.holds(ARN), holder()]).toEqual([false, null]);
  expect(await leases.acquire(ARN, ASK)).toEqual(OURS);
});

test('a lane that a living session holds is only taken by a takeover, and the other is told once', async () => {
  const first = await start('s-1');
  const second = await start('s-2');
  await first.leases.acquire(ARN, ASK);
  expect(await second.leases.acquire(ARN, ASK)).toEqual({
    status: 'held',
    sessionId: 's-1',
    since: '2026-11-21T09:00:00.000Z',
    name: 'anna@s-1',
  });
  expect(await second.leases.acquire(ARN, TAKE)).toEqual(OURS);
  await expect.poll(() => first.taken).toEqual([`${ARN} by s-2 anna@s-2`]);
  expect([first.leases.holds(ARN), second.leases.holds(ARN), holder()]).toEqual([false, true, 's-2']);
});

test('a lane of a dead session is free, and what that left on the broker is cleared', async () => {
  const dead = await start('s-1');
  await dead.leases.acquire(ARN, ASK);
  await dead.say('offline');
  const { leases } = await start('s-2');
  expect(await leases.acquire(ARN, ASK)).toEqual(OURS);
  expect(broker.retained(sessionTopic('s-1'))).toBeUndefined();
});

test('a predecessor that leaves late does not say "nobody" over its successor', async () => {
  const { leases } = await start('s-1');
  await leases.acquire(ARN, ASK);
  const late = await connect('late');
  await expect.poll(() => holder()).toBe('s-1');
  await late.publish(TOPIC, encodePresence({ sessionId: null }), { qos: 1, retain: true });
  await expect.poll(() => holder()).toBe('s-1');
  expect(leases.holds(ARN)).toBe(true);
});

test('of two that take it at the same moment the broker’s order decides', async () => {
  const sessions = await Promise.all([start('s-1'), start('s-2')]);
  await Promise.all(sessions.map(({ leases }) => leases.acquire(ARN, ASK)));
  await expect.poll(() => sessions.filter(({ leases }) => leases.holds(ARN)).length).toBe(1);
  const winner = sessions.findIndex(({ leases }) => leases.holds(ARN));
  expect(holder()).toBe(`s-${winner + 1}`);
});

test('after a reconnect a lane that was taken meanwhile is lost, and one that the broker forgot is said again', async () => {
  const first = await start('s-1');
  const other = presenceTopic(ARN.replace('orders', 'carts'), 'default');
  await first.leases.acquire(ARN, ASK);
  await first.leases.acquire(ARN.replace('orders', 'carts'), ASK);
  const second = await start('s-2');
  await first.transport.unsubscribe([TOPIC]);
  await second.leases.acquire(ARN, TAKE);
  await second.transport.publish(other, new Uint8Array(), { qos: 1, retain: true });
  await first.leases.renew();
  expect(first.taken).toEqual([`${ARN} by s-2 anna@s-2`]);
  const again = broker.retained(other);
  expect(again && decodePresence(again)?.sessionId).toBe('s-1');
});

test('presences that are none, or of lanes that are not held, are counted', async () => {
  const { leases, transport, drops } = await start('s-1');
  const accept = (topic: string, payload: Uint8Array) => leases.accept({ topic, payload, retained: false });
  expect(accept(TOPIC, Buffer.from('{'))).toBe(true);
  expect(accept(TOPIC, encodePresence(holderOf('s-2')))).toBe(true);
  expect(accept(sessionTopic('s-2'), new Uint8Array())).toBe(false);
  expect(drops.counts()).toEqual({ 'presence-malformed': 1, 'topic-foreign': 1 });
  await transport.close();
});

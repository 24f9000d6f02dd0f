import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Broker, startBroker } from '../emulator/broker/broker.ts';
import { DropCounter } from '../protocol/drops.ts';
import { connectPacket } from './mqtt/packet-transport.ts';
import { connectSharded } from './sharded-transport.ts';
import type { ConnectOptions, Transport } from './transport.ts';

let broker: Broker;
let drops: DropCounter;
let transport: Transport;
let opened: ConnectOptions[];

beforeEach(async () => {
  drops = new DropCounter();
  broker = await startBroker({ host: '127.0.0.1', port: 0, drops });
  opened = [];
  let clients = 0;
  transport = await connectSharded(
    (options) => {
      opened.push(options);
      return connectPacket({ ...options, url: broker.url });
    },
    {
      clientId: () => `client-${clients++}`,
      will: () => ({ topic: 'will', payload: Buffer.from('gone'), retain: false }),
      keepAliveSeconds: 30,
      connectTimeoutMs: 5_000,
    },
  );
});

afterEach(async () => {
  await transport.close();
  await broker.close();
});

function topics(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `topic/${n}`);
}

test('120 subscriptions take three connections, and no rule of the broker is broken', async () => {
  await Promise.all(topics(120).map((topic) => transport.subscribe([topic])));
  expect(opened).toHaveLength(3);
  expect(broker.connections).toBe(3);
  expect(drops.total).toBe(0);
});

test('only the control connection has a will', async () => {
  await transport.subscribe(topics(60));
  expect(opened.map(({ will }) => will !== undefined)).toEqual([true, false]);
});

test('a message of any connection arrives, once', async () => {
  await transport.subscribe(topics(60));
  const received: string[] = [];
  const all = new Promise<void>((resolve) => {
    transport.onMessage(({ topic }) => {
      received.push(topic);
      if (topic === 'topic/59') resolve();
    });
  });
  for (const topic of ['topic/0', 'topic/49', 'topic/50', 'topic/59'])
    await transport.publish(topic, Buffer.from('x'));
  await all;
  expect([...received].sort()).toEqual(['topic/0', 'topic/49', 'topic/50', 'topic/59']);
});

test('what is unsubscribed makes room, and what is subscribed already takes none', async () => {
  await transport.subscribe(topics(50));
  await transport.subscribe(topics(50));
  await transport.unsubscribe(['topic/7', 'topic/8']);
  await transport.subscribe(['other/1', 'other/2']);
  expect(opened).toHaveLength(1);
});

test('close ends every connection', async () => {
  await transport.subscribe(topics(101));
  await transport.close();
  await expect(transport.publish('topic/1', Buffer.from('x'))).rejects.toMatchObject({
    code: 'TRANSPORT_CLOSED',
  });
});

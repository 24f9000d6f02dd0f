import type { Packet } from 'mqtt-packet';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DropCounter } from '../../protocol/drops.ts';
import { QUOTA_PROFILES, type QuotaProfile } from '../../protocol/quota-profile.ts';
import { type Broker, startBroker } from './broker.ts';
import { connectPacket, publishPacket, RawClient } from './raw-client.test-support.ts';

/** Everything without end, but what a test names: one quota at a time. */
const FREE: QuotaProfile = { ...QUOTA_PROFILES.none, name: 'iot-core' };

let broker: Broker;
let breaches: string[];
let clients: RawClient[];
let time: number;

beforeEach(() => {
  breaches = [];
  clients = [];
  time = 0;
});

afterEach(async () => {
  vi.useRealTimers();
  for (const client of clients) client.destroy();
  await broker.close();
});

async function start(quotas: Partial<QuotaProfile>): Promise<void> {
  const drops = new DropCounter(({ reason, detail }) => {
    if (reason === 'broker-rule') breaches.push(detail);
  });
  broker = await startBroker({
    host: '127.0.0.1',
    port: 0,
    drops,
    quotas: { ...FREE, ...quotas },
    now: () => time,
  });
}

async function connected(clientId: string): Promise<RawClient> {
  const client = open(clientId);
  expect(await client.next()).toMatchObject({ cmd: 'connack', returnCode: 0 });
  return client;
}

function open(clientId: string, more: Parameters<typeof connectPacket>[1] = {}): RawClient {
  const client = new RawClient(broker.port);
  clients.push(client);
  client.send(connectPacket(clientId, more));
  return client;
}

function count(packets: readonly Packet[], cmd: Packet['cmd']): number {
  return packets.filter((packet) => packet.cmd === cmd).length;
}

function repeat(times: number, packet: Packet): readonly Packet[] {
  return Array.from({ length: times }, () => packet);
}

/** Lets time pass until nothing waits, and gives the moments at which something did. */
async function passTime(until: () => boolean): Promise<void> {
  while (!until()) {
    // What the sockets bring comes by itself; what waits for its time does not.
    await new Promise((resolve) => setImmediate(resolve));
    if (vi.getTimerCount() === 0) continue;
    time += 10;
    await vi.advanceTimersByTimeAsync(10);
  }
}

describe('publishes per second', () => {
  it('in: what is above is discarded without PUBACK, and the connection stays', async () => {
    await start({ publishesPerSecond: 100 });
    const client = await connected('a');
    client.send(...repeat(120, publishPacket('t', 'x', { qos: 1 })));
    expect(count(await client.beforePong(), 'puback')).toBe(100);
    expect(breaches).toEqual(
      Array.from({ length: 20 }, () => 'more than 100 publishes per second (client a)'),
    );
  });

  it('come back with time', async () => {
    await start({ publishesPerSecond: 100 });
    const client = await connected('a');
    client.send(...repeat(100, publishPacket('t')));
    await client.beforePong();
    time += 100;
    client.send(...repeat(12, publishPacket('t', 'x', { qos: 1 })));
    expect(count(await client.beforePong(), 'puback')).toBe(10);
  });

  it('out: what is above is not delivered', async () => {
    await start({ publishesPerSecond: 10 });
    const receiver = await connected('receiver');
    await receiver.subscribe(['t']);
    for (let n = 0; n < 3; n += 1) {
      const sender = await connected(`sender-${n}`);
      sender.send(...repeat(5, publishPacket('t')));
      await sender.beforePong();
    }
    expect(count(await receiver.beforePong(), 'publish')).toBe(10);
    expect(breaches).toEqual(
      Array.from({ length: 5 }, () => 'more than 10 publishes per second (client receiver)'),
    );
  });

  it('in and out are one quota', async () => {
    await start({ publishesPerSecond: 10 });
    const client = await connected('a');
    await client.subscribe(['t']);
    client.send(...repeat(20, publishPacket('t')));
    // Five that came, and five that went.
    expect(count(await client.beforePong(), 'publish')).toBe(5);
    expect(breaches).toHaveLength(15);
  });

  it('are not used up by what was swallowed for another reason', async () => {
    await start({ publishesPerSecond: 1 });
    const client = await connected('a');
    client.send(...repeat(5, publishPacket('t', 'x', { qos: 2 })), publishPacket('t', 'x', { qos: 1 }));
    expect(count(await client.beforePong(), 'puback')).toBe(1);
  });
});

describe('bytes per second', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });

  it('in: what is above is delayed, and arrives whole', async () => {
    await start({ bytesPerSecond: 10_000 });
    const receiver = await connected('receiver');
    await receiver.subscribe(['t']);
    const sender = await connected('sender');
    const payload = Buffer.alloc(30_000, 'llx');
    let arrived: Packet | 'closed' | undefined;
    void receiver.next().then((packet) => {
      arrived = packet;
    });
    sender.send(publishPacket('t', payload));
    await passTime(() => arrived !== undefined);
    expect(arrived).toMatchObject({ cmd: 'publish', topic: 't', payload });
    expect(time).toBeGreaterThanOrEqual(2_000);
    expect(breaches).toEqual([]);
  });

  it('out: other clients are not held up by one that is over its quota', async () => {
    await start({ bytesPerSecond: 10_000 });
    const slow = await connected('slow');
    await slow.subscribe(['large', 'small']);
    const quick = await connected('quick');
    await quick.subscribe(['small']);
    for (let n = 0; n < 5; n += 1) {
      const sender = await connected(`sender-${n}`);
      sender.send(publishPacket('large', Buffer.alloc(9_000)));
      await sender.beforePong();
    }
    const last = await connected('last');
    last.send(publishPacket('small'));
    // No time has passed.
    expect(await quick.next()).toMatchObject({ cmd: 'publish', topic: 'small' });
    let seen = 0;
    let small = false;
    void (async () => {
      while (!small) {
        const packet = await slow.next();
        if (packet === 'closed') return;
        seen += 1;
        small = packet.cmd === 'publish' && packet.topic === 'small';
      }
    })();
    await passTime(() => small);
    expect(seen).toBe(6);
    expect(time).toBeGreaterThanOrEqual(2_500);
  });
});

describe('unacknowledged publishes', () => {
  it('out: the next is sent when one has been acknowledged', async () => {
    await start({ unacknowledged: 2 });
    const receiver = await connected('receiver');
    await receiver.subscribe(['t'], 1);
    const sender = await connected('sender');
    for (const payload of ['1', '2', '3', '4', '5']) {
      sender.send(publishPacket('t', payload, { qos: 1 }));
      await sender.beforePong();
    }
    const first = await receiver.beforePong();
    expect(payloads(first)).toEqual(['1', '2']);
    expect(breaches).toEqual([
      'more than 2 unacknowledged publishes out, and as many that wait (client receiver)',
    ]);
    acknowledge(receiver, first[0]);
    const second = await receiver.beforePong();
    expect(payloads(second)).toEqual(['3']);
    acknowledge(receiver, first[1]);
    expect(payloads(await receiver.beforePong())).toEqual(['4']);
  });

  it('out: a subscription with QoS 0 has none', async () => {
    await start({ unacknowledged: 1 });
    const receiver = await connected('receiver');
    await receiver.subscribe(['t'], 0);
    const sender = await connected('sender');
    for (let n = 0; n < 5; n += 1) {
      sender.send(publishPacket('t', 'x', { qos: 1 }));
      await sender.beforePong();
    }
    expect(count(await receiver.beforePong(), 'publish')).toBe(5);
    expect(breaches).toEqual([]);
  });

  it('in: what comes before the PUBACKs of so many others is discarded', async () => {
    await start({ unacknowledged: 3 });
    const client = await connected('a');
    client.send(...repeat(5, publishPacket('t', 'x', { qos: 1 })));
    expect(count(await client.beforePong(), 'puback')).toBe(3);
    expect(breaches).toEqual(
      Array.from({ length: 2 }, () => 'more than 3 unacknowledged publishes in (client a)'),
    );
    client.send(publishPacket('t', 'x', { qos: 1 }));
    expect(count(await client.beforePong(), 'puback')).toBe(1);
  });

  function payloads(packets: readonly Packet[]): readonly string[] {
    return packets.flatMap((packet) => (packet.cmd === 'publish' ? [packet.payload.toString()] : []));
  }

  function acknowledge(client: RawClient, packet: Packet | undefined): void {
    client.send({ cmd: 'puback', messageId: packet?.messageId ?? 0 });
  }
});

describe('CONNECTs of one client id', () => {
  it('are refused above one per second, and the connection that holds it stays', async () => {
    await start({ connectsPerSecond: 1 });
    const first = await connected('same');
    const second = open('same');
    expect(await second.next()).toMatchObject({ cmd: 'connack', returnCode: 3 });
    expect(await second.next()).toBe('closed');
    expect(await first.beforePong()).toEqual([]);
    expect(breaches).toEqual(['more than 1 CONNECTs per second of a client id (client same)']);
    await connected('other');
  });

  it('are taken again after a second', async () => {
    await start({ connectsPerSecond: 1 });
    const first = await connected('same');
    time += 1_000;
    await connected('same');
    await first.closed();
  });
});

describe('retained publishes to one topic', () => {
  it('are discarded above one per second', async () => {
    await start({ retainedPublishesPerSecond: 1 });
    const client = await connected('a');
    const retained = (payload: string) => publishPacket('kept', payload, { qos: 1, retain: true });
    client.send(retained('1'), retained('2'), publishPacket('kept', 'live', { qos: 1 }));
    expect(count(await client.beforePong(), 'puback')).toBe(2);
    expect(Buffer.from((await broker.retained('kept')) ?? []).toString()).toBe('1');
    time += 1_000;
    client.send(retained('3'));
    expect(count(await client.beforePong(), 'puback')).toBe(1);
    expect(Buffer.from((await broker.retained('kept')) ?? []).toString()).toBe('3');
    expect(breaches).toEqual(['more retained publishes to a topic than its quota (client a)']);
  });
});

describe('the keep-alive', () => {
  it('is brought into the bounds of the profile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await start({ keepAliveSeconds: { min: 3, max: 120 } });
    const client = open('a', { keepalive: 1 });
    await client.next();
    vi.advanceTimersByTime(4_500);
    expect(broker.connections).toBe(1);
    vi.advanceTimersByTime(2);
    expect(await client.next()).toBe('closed');
  });
});

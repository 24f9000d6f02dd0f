import { once } from 'node:events';
import { connect } from 'node:net';
import mqtt from 'mqtt';
import type { Packet } from 'mqtt-packet';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DropCounter } from '../../protocol/drops.ts';
import { IOT_CORE } from '../../protocol/limits.ts';
import { type Broker, startBroker } from './broker.ts';
import { connectPacket, publishPacket, RawClient } from './raw-client.test-support.ts';

let broker: Broker;
let breaches: string[];
let clients: RawClient[];

beforeEach(async () => {
  breaches = [];
  clients = [];
  const drops = new DropCounter(({ reason, detail }) => {
    if (reason === 'broker-rule') breaches.push(detail);
  });
  broker = await startBroker({ host: '127.0.0.1', port: 0, drops });
});

afterEach(async () => {
  vi.useRealTimers();
  for (const client of clients) client.destroy();
  await broker.close();
});

function open(): RawClient {
  const client = new RawClient(broker.port);
  clients.push(client);
  return client;
}

async function connected(
  clientId: string,
  more: Parameters<typeof connectPacket>[1] = {},
): Promise<RawClient> {
  const client = open();
  client.send(connectPacket(clientId, more));
  expect(await client.next()).toMatchObject({ cmd: 'connack', returnCode: 0 });
  return client;
}

/** What a test cares about of packets that deliver messages. */
function delivered(packets: readonly (Packet | 'closed')[]): readonly unknown[] {
  return packets.map((packet) =>
    packet !== 'closed' && packet.cmd === 'publish'
      ? { topic: packet.topic, payload: packet.payload.toString(), retain: packet.retain }
      : packet,
  );
}

const will = { topic: 'will', payload: Buffer.from('gone'), qos: 0, retain: false } as const;

describe('messages', () => {
  it('of 128 KiB pass, byte for byte', async () => {
    const client = await connected('a');
    await client.subscribe(['t']);
    const payload = Buffer.alloc(IOT_CORE.payloadBytes, 'llx');
    client.send(publishPacket('t', payload));
    const packet = await client.next();
    expect(
      packet !== 'closed' && packet.cmd === 'publish' && payload.equals(Buffer.from(packet.payload)),
    ).toBe(true);
  });

  it('over 128 KiB end the connection', async () => {
    const client = await connected('a');
    client.send(publishPacket('t', Buffer.alloc(IOT_CORE.payloadBytes + 1)));
    await client.closed();
    expect(breaches).toEqual(['payload over 128 KiB (client a)']);
  });

  it('to a topic with 8 slashes end the connection', async () => {
    const client = await connected('a');
    client.send(publishPacket('a/b/c/d/e/f/g/h/i'));
    await client.closed();
    expect(breaches).toEqual(['topic with more than 7 slashes (client a)']);
  });

  it('to a topic of more than 256 bytes end the connection', async () => {
    const client = await connected('a');
    client.send(publishPacket('ü'.repeat(129)));
    await client.closed();
    expect(breaches).toEqual(['topic over 256 bytes (client a)']);
  });

  it('with RETAIN to a topic of AWS end the connection', async () => {
    const client = await connected('a');
    client.send(publishPacket('$aws/things/a', 'x', { retain: true }));
    await client.closed();
    expect(breaches).toEqual(['RETAIN on a topic of AWS (client a)']);
  });

  it('that came together with the one that ended the connection are not taken', async () => {
    const witness = await connected('witness');
    await witness.subscribe(['t', 'will']);
    const client = await connected('a', { will });
    client.send(publishPacket('$aws/things/a', 'x', { retain: true }), publishPacket('t', 'late'));
    await client.closed();
    // The will is published after everything that the client said.
    expect(delivered([await witness.next()])).toEqual([{ topic: 'will', payload: 'gone', retain: false }]);
  });

  it('with QoS 2 get no answer and reach nobody, and the connection stays usable', async () => {
    const client = await connected('a');
    await client.subscribe(['t']);
    client.send(publishPacket('t', 'second', { qos: 2 }), publishPacket('t', 'first', { qos: 0 }));
    expect(delivered([await client.next()])).toEqual([{ topic: 't', payload: 'first', retain: false }]);
    expect(await client.beforePong()).toEqual([]);
    expect(breaches).toEqual(['PUBLISH with QoS 2 (client a)']);
  });

  it('with QoS 1 are acknowledged', async () => {
    const client = await connected('a');
    client.send(publishPacket('t', 'x', { qos: 1 }));
    expect(await client.next()).toMatchObject({ cmd: 'puback', messageId: 7 });
  });
});

describe('subscriptions', () => {
  it('of 9 filters in one packet end the connection', async () => {
    const client = await connected('a');
    const subscriptions = Array.from({ length: 9 }, (_, n) => ({ topic: `t/${n}`, qos: 0 }) as const);
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions });
    await client.closed();
    expect(breaches).toEqual(['more than 8 filters in one SUBSCRIBE (client a)']);
  });

  it('above 50 on one connection are refused in the SUBACK, one by one', async () => {
    const client = await connected('a');
    const filters = Array.from({ length: 52 }, (_, n) => `t/${n}`);
    const granted: unknown[] = [];
    while (filters.length > 0) granted.push(...(await client.subscribe(filters.splice(0, 8), 1)));
    expect(granted).toEqual([...Array.from({ length: 50 }, () => 1), 0x80, 0x80]);
    expect(breaches).toEqual(Array.from({ length: 2 }, () => 'more than 50 subscriptions (client a)'));
  });

  it('that are held already can be made again at the limit, and one that was given up makes room', async () => {
    const client = await connected('a');
    for (let n = 0; n < 50; n += 1) await client.subscribe([`t/${n}`]);
    expect(await client.subscribe(['t/0'], 1)).toEqual([1]);
    client.send({ cmd: 'unsubscribe', messageId: 1, unsubscriptions: ['t/0'] });
    expect(await client.next()).toMatchObject({ cmd: 'unsuback' });
    expect(await client.subscribe(['t/50', 't/51'])).toEqual([0, 0x80]);
  });

  it('with QoS 2 get no answer and bring nothing, and the connection stays usable', async () => {
    const client = await connected('a');
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 2 }] });
    client.send(publishPacket('t'));
    expect(await client.beforePong()).toEqual([]);
    expect(breaches).toEqual(['SUBSCRIBE with QoS 2 (client a)']);
  });

  it('to a/# bring a/b but not a', async () => {
    const client = await connected('a');
    await client.subscribe(['a/#']);
    client.send(publishPacket('a', '1'), publishPacket('a/', '2'), publishPacket('a/b', '3'));
    expect(delivered([await client.next(), await client.next()])).toEqual([
      { topic: 'a/', payload: '2', retain: false },
      { topic: 'a/b', payload: '3', retain: false },
    ]);
    expect(await client.beforePong()).toEqual([]);
  });

  it('to +/# do not bring a topic of one level', async () => {
    const client = await connected('a');
    await client.subscribe(['+/#']);
    client.send(publishPacket('a', '1'), publishPacket('a/b', '2'));
    expect(delivered([await client.next()])).toEqual([{ topic: 'a/b', payload: '2', retain: false }]);
  });

  it('to a/# and to a bring a once', async () => {
    const client = await connected('a');
    await client.subscribe(['a/#', 'a']);
    client.send(publishPacket('a', '1'), publishPacket('a/b', '2'));
    expect(delivered([await client.next(), await client.next()])).toEqual([
      { topic: 'a', payload: '1', retain: false },
      { topic: 'a/b', payload: '2', retain: false },
    ]);
    expect(await client.beforePong()).toEqual([]);
  });
});

describe('retained messages', () => {
  beforeEach(async () => {
    const writer = await connected('writer');
    writer.send(publishPacket('kept/t', 'old', { qos: 1, retain: true }));
    expect(await writer.next()).toMatchObject({ cmd: 'puback' });
  });

  it('are delivered on an exact subscribe with the flag, and without it while they are news', async () => {
    const client = await connected('a');
    await client.subscribe(['kept/t']);
    expect(delivered([await client.next()])).toEqual([{ topic: 'kept/t', payload: 'old', retain: true }]);
    client.send(publishPacket('kept/t', 'new', { retain: true }));
    expect(delivered([await client.next()])).toEqual([{ topic: 'kept/t', payload: 'new', retain: false }]);
  });

  it('are never delivered to wildcards', async () => {
    const client = await connected('a');
    await client.subscribe(['kept/+', 'kept/#', '#']);
    client.send(publishPacket('kept/other', 'live'));
    expect(delivered([await client.next()])).toEqual([
      { topic: 'kept/other', payload: 'live', retain: false },
    ]);
  });

  it('can be read by their exact topic', async () => {
    expect(Buffer.from((await broker.retained('kept/t')) ?? []).toString()).toBe('old');
    expect(await broker.retained('kept/none')).toBeUndefined();
    expect(await broker.retained('kept/#')).toBeUndefined();
  });

  it('are deleted by an empty payload, which subscribers get', async () => {
    const client = await connected('a');
    await client.subscribe(['kept/t']);
    expect(delivered([await client.next()])).toEqual([{ topic: 'kept/t', payload: 'old', retain: true }]);
    client.send(publishPacket('kept/t', '', { retain: true }));
    expect(delivered([await client.next()])).toEqual([{ topic: 'kept/t', payload: '', retain: false }]);
    expect(await broker.retained('kept/t')).toBeUndefined();
  });
});

describe('a connection', () => {
  it('with a client id of more than 128 bytes is closed', async () => {
    const client = open();
    client.send(connectPacket('ü'.repeat(65)));
    expect(await client.next()).toBe('closed');
    expect(breaches).toEqual(['client id over 128 bytes (a connection without CONNECT)']);
  });

  it('that says something before CONNACK is closed', async () => {
    const client = open();
    client.send(connectPacket('a'), publishPacket('t'));
    await client.closed();
    expect(breaches).toEqual([expect.stringContaining('publish before CONNACK')]);
  });

  it('that begins without CONNECT is closed', async () => {
    const client = open();
    client.send({ cmd: 'pingreq' });
    expect(await client.next()).toBe('closed');
    expect(breaches).toEqual(['pingreq before CONNACK (a connection without CONNECT)']);
  });

  it('that speaks something else is closed, and the others live', async () => {
    const other = await connected('other');
    const socket = connect(broker.port, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await once(socket, 'close');
    expect(await other.beforePong()).toEqual([]);
  });

  it('of MQTT 5 is answered with "unacceptable protocol version"', async () => {
    const client = open();
    client.send(connectPacket('a', { protocolVersion: 5 }));
    expect(await client.next()).toMatchObject({ cmd: 'connack', returnCode: 1 });
    expect(await client.next()).toBe('closed');
  });

  it('of MQTT 5 made by the mqtt package ends with an error that says so', async () => {
    const client = mqtt.connect(broker.url, { protocolVersion: 5, reconnectPeriod: 0 });
    try {
      const [error] = await new Promise<readonly unknown[]>((resolve) =>
        client.once('error', (...said) => resolve(said)),
      );
      expect(error).toMatchObject({ message: expect.stringContaining('Unacceptable protocol version') });
    } finally {
      client.end(true);
    }
  });

  it('takes over from the one with the same client id, whose will is published', async () => {
    const witness = await connected('witness');
    await witness.subscribe(['will']);
    const first = await connected('same', { will });
    const second = await connected('same');
    await first.closed();
    expect(delivered([await witness.next()])).toEqual([{ topic: 'will', payload: 'gone', retain: false }]);
    expect(await second.beforePong()).toEqual([]);
    expect(broker.connections).toBe(2);
  });

  it('that ends abruptly leaves its will, retained when it was asked for', async () => {
    const witness = await connected('witness');
    await witness.subscribe(['will']);
    const client = await connected('a', { will: { ...will, retain: true } });
    client.destroy();
    expect(delivered([await witness.next()])).toEqual([{ topic: 'will', payload: 'gone', retain: false }]);
    expect(Buffer.from((await broker.retained('will')) ?? []).toString()).toBe('gone');
  });

  it('that leaves with DISCONNECT leaves no will', async () => {
    const witness = await connected('witness');
    await witness.subscribe(['will', 't']);
    const client = await connected('a', { will });
    client.send({ cmd: 'disconnect' });
    await client.closed();
    const last = await connected('b');
    last.send(publishPacket('t', 'after'));
    expect(delivered([await witness.next()])).toEqual([{ topic: 't', payload: 'after', retain: false }]);
  });

  it.each([
    [1, 45],
    [60, 90],
    [0, 1800],
  ])('with a keep-alive of %i s ends after %i s of silence', async (keepalive, seconds) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const client = await connected('a', { keepalive });
    vi.advanceTimersByTime(seconds * 1000);
    expect(broker.connections).toBe(1);
    vi.advanceTimersByTime(2);
    expect(await client.next()).toBe('closed');
  });
});

describe('the broker', () => {
  it('names the flag that mends a port in use', async () => {
    await expect(
      startBroker({ host: '127.0.0.1', port: broker.port, drops: new DropCounter() }),
    ).rejects.toMatchObject({
      code: 'LLX_PORT_IN_USE',
      message: `Expected port ${broker.port} on 127.0.0.1 to be free for the MQTT broker, but another program listens there.`,
      mend: 'Stop that program, or take a free port: add --mqtt-port 0',
    });
  });

  it('ends every connection when it closes, frees its port, and can be closed again', async () => {
    const client = await connected('a');
    const silent = open();
    await silent.opened();
    await Promise.all([broker.close(), broker.close()]);
    await Promise.all([client.closed(), silent.closed()]);
    await broker.close();
    const next = await startBroker({ host: '127.0.0.1', port: broker.port, drops: new DropCounter() });
    await next.close();
  });

  it('leaves no timer and no socket behind when it closes', async () => {
    const other = await startBroker({ host: '127.0.0.1', port: 0, drops: new DropCounter() });
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const silent = new RawClient(other.port);
    await silent.opened();
    const client = new RawClient(other.port);
    client.send(connectPacket('a'));
    await client.next();
    await other.close();
    await Promise.all([client.closed(), silent.closed()]);
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length).toBeLessThan(
      before + 1,
    );
  });
});

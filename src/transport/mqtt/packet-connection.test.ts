import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { OpenParameters } from '../connection.ts';
import { TransportError, type TransportMessage } from '../transport.ts';
import { parseBrokerUrl } from './broker-address.ts';
import { PacketConnection } from './packet-connection.ts';
import { encodePublish } from './packets.ts';

const CONNACK = [0x20, 2, 0, 0];
const PINGRESP = [0xd0, 0];

const servers: Server[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

/** A broker that does only what the test says, to one client. */
type ScriptedBroker = {
  readonly connection: PacketConnection;
  readonly messages: TransportMessage[];
  send(bytes: Iterable<number>): void;
  /** The next bytes of the client that are not taken yet, as many as asked for. */
  receive(count: number): Promise<readonly number[]>;
  /** All that is left, once the client has ended. */
  receiveRest(): Promise<readonly number[]>;
  end(): void;
};

async function connectScripted(parameters: Partial<OpenParameters> = {}): Promise<ScriptedBroker> {
  const server = createServer();
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const messages: TransportMessage[] = [];
  const connection = new PacketConnection(
    {
      address: parseBrokerUrl(`mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`),
      tls: undefined,
      proxy: undefined,
    },
    {},
    {
      clientId: 'c',
      will: undefined,
      keepAliveSeconds: 0,
      timeoutMs: 5_000,
      unref: false,
      onMessage: (message) => void messages.push(message),
      ...parameters,
    },
  );
  const [socket] = (await once(server, 'connection')) as [Socket];
  sockets.push(socket);
  socket.on('error', () => undefined);
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
  });
  const receive = async (count: number): Promise<readonly number[]> => {
    while (received.byteLength < count) await once(socket, 'data');
    const taken = received.subarray(0, count);
    received = received.subarray(count);
    return [...taken];
  };
  const receiveRest = async (): Promise<readonly number[]> => {
    if (!socket.readableEnded) await once(socket, 'end');
    return [...received];
  };
  return {
    connection,
    messages,
    send: (bytes) => void socket.write(Uint8Array.from(bytes)),
    receive,
    receiveRest,
    end: () => void socket.end(),
  };
}

/** With the CONNECT taken and answered. */
async function connectAccepted(parameters: Partial<OpenParameters> = {}): Promise<ScriptedBroker> {
  const broker = await connectScripted(parameters);
  const [, length = 0] = await broker.receive(2);
  await broker.receive(length);
  broker.send(CONNACK);
  await broker.connection.accepted;
  return broker;
}

test('hands over the return code of a CONNACK that refuses', async () => {
  const broker = await connectScripted();
  broker.send([0x20, 2, 0, 5]);
  expect(await broker.connection.accepted).toBe(5);
});

test('is not accepted when the broker ends before its CONNACK', async () => {
  const broker = await connectScripted();
  broker.end();
  await expect(broker.connection.accepted).rejects.toThrow(
    new TransportError('TRANSPORT_LOST', 'The connection to the broker ended.'),
  );
});

test('acknowledges a message of QoS 1, and only that', async () => {
  const broker = await connectAccepted();
  broker.send([
    ...encodePublish('zero', Uint8Array.of(1), false),
    ...encodePublish('one', Uint8Array.of(2), true, 7),
  ]);
  expect(await broker.receive(4)).toEqual([0x40, 2, 0, 7]);
  expect(broker.messages.map(({ payload, ...rest }) => ({ ...rest, payload: [...payload] }))).toEqual([
    { topic: 'zero', payload: [1], retained: false },
    { topic: 'one', payload: [2], retained: true },
  ]);
});

test('takes an answer only from the packet that fits the request', async () => {
  const broker = await connectAccepted();
  const published = broker.connection.publish('t', Uint8Array.of(), 1, false);
  await broker.receive(7);
  // SUBACK and PUBACK with the same packet id; then one that nobody asked for.
  broker.send([0x90, 3, 0, 1, 0x80, 0x40, 2, 0, 1, 0x40, 2, 0, 9]);
  expect(await published).toBeUndefined();
});

test('names the filters that a SUBACK refuses, and those that it leaves out', async () => {
  const broker = await connectAccepted();
  const subscribed = broker.connection.subscribe(['a', 'b', 'c'], 0);
  broker.send([0x90, 4, 0, 1, 0, 0x80]);
  expect(await subscribed).toEqual(['b', 'c']);
});

test('a late PINGRESP does not vouch for a connection that died since', async () => {
  const broker = await connectAccepted();
  expect(await broker.connection.ping(1)).toBe(false);
  const second = broker.connection.ping(5_000);
  await broker.receive(4);
  broker.send([...PINGRESP, ...encodePublish('after', Uint8Array.of(), false, 1)]);
  // The answer to the first one has been read by now.
  await broker.receive(4);
  broker.connection.destroy();
  expect(await second).toBe(false);
});

test('each PINGREQ is answered by its own PINGRESP', async () => {
  const broker = await connectAccepted();
  const both = Promise.all([broker.connection.ping(5_000), broker.connection.ping(5_000)]);
  broker.send([...PINGRESP, ...PINGRESP]);
  expect(await both).toEqual([true, true]);
});

test('gives up a broker that does not answer the PINGREQ of keep-alive', async () => {
  const broker = await connectAccepted({ keepAliveSeconds: 0.04 });
  expect(await broker.receive(2)).toEqual([0xc0, 0]);
  expect(await broker.connection.closed).toMatchObject({
    code: 'TRANSPORT_LOST',
    cause: new Error('the broker did not answer a PINGREQ'),
  });
});

test('ends on bytes that are not MQTT, and says what they were', async () => {
  const broker = await connectAccepted();
  const waiting = broker.connection.publish('t', Uint8Array.of(), 1, false);
  broker.send([0x60, 0]);
  await expect(waiting).rejects.toMatchObject({ code: 'TRANSPORT_LOST' });
  expect(await broker.connection.closed).toMatchObject({
    code: 'TRANSPORT_LOST',
    cause: new RangeError('a packet of type 6'),
  });
});

test('leaves with DISCONNECT as its last packet', async () => {
  const broker = await connectAccepted();
  const ended = broker.connection.end();
  void broker.connection.publish('late', Uint8Array.of(), 0, false);
  expect(await broker.receiveRest()).toEqual([0xe0, 0]);
  await ended;
});

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SeededRandom } from '../seeded-random.ts';
import { FaultCounter } from './fault-counter.ts';
import { FaultProxy } from './fault-proxy.ts';

let server: Server;
let accepted: Promise<Socket>;
let proxy: FaultProxy;
let faults: FaultCounter;
const clients: Socket[] = [];

beforeEach(async () => {
  server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  accepted = once(server, 'connection').then(([socket]) => socket as Socket);
  faults = new FaultCounter();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
  server.close();
});

async function startProxy(speaks: 'mqtt' | 'bytes'): Promise<void> {
  const address = server.address();
  const targetPort = typeof address === 'object' && address !== null ? address.port : 0;
  proxy = await FaultProxy.start({ name: 'p', targetPort, speaks, random: new SeededRandom(1), faults });
}

async function join(): Promise<{ client: Socket; peer: Socket }> {
  const client = connect(proxy.port, '127.0.0.1');
  client.on('error', () => undefined);
  clients.push(client);
  const peer = await accepted;
  peer.on('error', () => undefined);
  return { client, peer };
}

function read(socket: Socket, bytes: number): Promise<Buffer> {
  return new Promise((resolve) => {
    let held: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      held = Buffer.concat([held, chunk]);
      if (held.byteLength >= bytes) resolve(held);
    });
  });
}

const message = (topic: string): Buffer =>
  generate({ cmd: 'publish', topic, payload: 'x', qos: 0, retain: false, dup: false });

test('without faults bytes pass in both directions', async () => {
  await startProxy('bytes');
  const { client, peer } = await join();
  client.write('to the server');
  expect((await read(peer, 13)).toString()).toBe('to the server');
  peer.write('and back');
  expect((await read(client, 8)).toString()).toBe('and back');
  expect(faults.counts()).toEqual({});
});

test('a doubled message arrives twice, whole', async () => {
  await startProxy('mqtt');
  proxy.rates = { duplicate: 1 };
  const { client, peer } = await join();
  client.write(message('a'));
  expect(await read(peer, 2 * message('a').byteLength)).toEqual(Buffer.concat([message('a'), message('a')]));
  expect(faults.counts()).toEqual({ duplicate: 1 });
});

test('a dropped message leaves those around it whole', async () => {
  await startProxy('mqtt');
  const { client, peer } = await join();
  const ping = generate({ cmd: 'pingreq' });
  proxy.rates = { drop: 1 };
  client.write(Buffer.concat([ping, message('a'), ping]));
  expect(await read(peer, 4)).toEqual(Buffer.concat([ping, ping]));
  expect(faults.counts()).toEqual({ drop: 1 });
});

test('a cut in mid-packet passes half of it and ends both ends', async () => {
  await startProxy('mqtt');
  proxy.rates = { cut: 1 };
  const { client, peer } = await join();
  const half = read(peer, 1);
  const ends = Promise.all([once(client, 'close'), once(peer, 'close')]);
  client.write(message('a-long-topic'));
  const whole = message('a-long-topic');
  expect(await half).toEqual(whole.subarray(0, Math.ceil(whole.byteLength / 2)));
  await ends;
  expect(proxy.connections).toBe(0);
});

test('a silent line passes nothing until it speaks again, and then everything', async () => {
  await startProxy('mqtt');
  const { client, peer } = await join();
  const got = read(peer, message('a').byteLength);
  proxy.silence();
  client.write(message('a'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(peer.bytesRead).toBe(0);
  proxy.speak();
  expect(await got).toEqual(message('a'));
});

test('while it refuses nobody can connect, and later everybody can again, at the same port', async () => {
  await startProxy('bytes');
  const { port } = proxy;
  await proxy.refuse();
  const refused = connect(port, '127.0.0.1');
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
  await proxy.accept();
  await join();
  expect(proxy.port).toBe(port);
});

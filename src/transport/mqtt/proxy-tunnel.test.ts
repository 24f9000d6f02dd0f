import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../../emulator/broker/broker.ts';
import { DropCounter } from '../../protocol/drops.ts';
import type { Transport } from '../transport.ts';
import { issueForTest, type TestCertificates } from './certificates.test-support.ts';
import { connectIotCore } from './connect-iot-core.ts';
import { type ConnectProxy, startConnectProxy } from './connect-proxy.test-support.ts';
import { loadDeviceSdk } from './device-sdk.ts';
import { freePort } from './frail-network.test-support.ts';
import { connectMqtt } from './mqtt-transport.ts';
import { connectPacket } from './packet-transport.ts';
import { startWebSocketBridge } from './web-socket-bridge.test-support.ts';

let broker: Broker;
let bridge: { readonly port: number; close(): Promise<void> };
let certificates: TestCertificates;
let proxy: ConnectProxy | undefined;
let transport: Transport | undefined;

beforeAll(async () => {
  certificates = await issueForTest();
  broker = await startBroker({ host: '127.0.0.1', port: 0, drops: new DropCounter() });
  bridge = await startWebSocketBridge(broker.port, certificates);
});

afterEach(async () => {
  await transport?.close();
  transport = undefined;
  await proxy?.close();
  proxy = undefined;
});

afterAll(async () => {
  await bridge.close();
  await broker.close();
});

const options = { clientId: () => 'llx-test', keepAliveSeconds: 30, connectTimeoutMs: 5_000 };
const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret' });

type ConnectThrough = (proxyUrl: string) => Promise<Transport>;
const overWebSocket =
  (connect: typeof connectPacket | typeof connectMqtt): ConnectThrough =>
  (proxyUrl) =>
    connect({
      ...options,
      url: `wss://127.0.0.1:${bridge.port}/mqtt`,
      tls: { ca: certificates.ca },
      proxy: () => proxyUrl,
    });
const byDeviceSdk: ConnectThrough = (proxyUrl) =>
  connectIotCore({
    ...options,
    client: 'device-sdk',
    endpoint: `127.0.0.1:${bridge.port}`,
    region: 'us-east-1',
    credentials,
    ca: certificates.ca,
    proxy: () => proxyUrl,
  });

const clients: readonly (readonly [string, ConnectThrough])[] = [
  ['plain packets', overWebSocket(connectPacket)],
  ['the mqtt package', overWebSocket(connectMqtt)],
  ...((await loadDeviceSdk()) === undefined ? [] : [['the device SDK', byDeviceSdk] as const]),
];

describe.each(clients)('through a proxy, with %s', (_, connect) => {
  test('a tunnel leads to the broker, over which TLS is verified', async () => {
    proxy = await startConnectProxy();
    transport = await connect(proxy.url);
    await transport.publish('t', Buffer.from('x'), { qos: 1 });
    expect(proxy.asked).toEqual([`127.0.0.1:${bridge.port}`]);
  });

  test('the user and password of its URL are shown to it', async () => {
    proxy = await startConnectProxy('jane:p@ss word');
    transport = await connect(proxy.url.replace('http://', 'http://jane:p%40ss%20word@'));
    expect(transport.state).toEqual({ status: 'connected', connection: 1 });
  });

  test('its refusal is told, without the password', async () => {
    proxy = await startConnectProxy('jane:right');
    const failure = await connect(proxy.url.replace('http://', 'http://jane:wrong@')).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      code: 'TRANSPORT_UNREACHABLE',
      message: expect.stringMatching(
        new RegExp(`^The proxy ${proxy.url} refused the tunnel to wss://127.0.0.1:${bridge.port}`),
      ),
    });
    expect(String(failure)).not.toContain('wrong');
  });

  test('one that is down is told', async () => {
    await expect(connect(`http://127.0.0.1:${await freePort()}`)).rejects.toMatchObject({
      code: 'TRANSPORT_UNREACHABLE',
    });
  });
});

test.each([
  ['plain packets', connectPacket],
  ['the mqtt package', connectMqtt],
] as const)('a WebSocket without TLS goes through it as well, with %s', async (_, connect) => {
  const plain = await startWebSocketBridge(broker.port);
  try {
    proxy = await startConnectProxy();
    const { url } = proxy;
    transport = await connect({ ...options, url: `ws://127.0.0.1:${plain.port}/mqtt`, proxy: () => url });
    expect(transport.state).toEqual({ status: 'connected', connection: 1 });
    await transport.close();
  } finally {
    await plain.close();
  }
});

test('the refusal of a proxy has its status, and one that is down its address', async () => {
  proxy = await startConnectProxy('jane:right');
  const shown = `wss://127.0.0.1:${bridge.port}`;
  const connect = overWebSocket(connectPacket);
  await expect(connect(proxy.url)).rejects.toMatchObject({
    message: `The proxy ${proxy.url} refused the tunnel to ${shown} (HTTP 407).`,
  });
  const down = `http://127.0.0.1:${await freePort()}`;
  await expect(connect(down)).rejects.toMatchObject({
    message: `The proxy ${down} did not answer.`,
    cause: expect.objectContaining({ code: 'ECONNREFUSED' }),
  });
});

test('what is no proxy is told', async () => {
  const silent = await startBroker({ host: '127.0.0.1', port: 0, drops: new DropCounter() });
  try {
    await expect(overWebSocket(connectPacket)(`http://127.0.0.1:${silent.port}`)).rejects.toMatchObject({
      code: 'TRANSPORT_UNREACHABLE',
      message: `The proxy http://127.0.0.1:${silent.port} gave no tunnel to wss://127.0.0.1:${bridge.port}.`,
    });
  } finally {
    await silent.close();
  }
});

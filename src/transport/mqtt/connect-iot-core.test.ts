import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Broker, startBroker } from '../../emulator/broker/broker.ts';
import { DropCounter } from '../../protocol/drops.ts';
import type { AwsCredentials } from '../../signature/credentials.ts';
import { States } from '../contract/observers.contract.ts';
import { issueForTest, type TestCertificates } from './certificates.test-support.ts';
import { connectIotCore } from './connect-iot-core.ts';
import { loadDeviceSdk } from './device-sdk.ts';
import { FrailNetwork, freePort } from './frail-network.test-support.ts';
import { startWebSocketBridge } from './web-socket-bridge.test-support.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const installed = (await loadDeviceSdk()) !== undefined;

const closers: (() => Promise<unknown>)[] = [];
let broker: Broker;
let network: FrailNetwork;
let bridge: { readonly port: number; close(): Promise<void> };
let certificates: TestCertificates;

beforeAll(async () => {
  certificates = await issueForTest();
  broker = await startBroker({ host: '127.0.0.1', port: 0, drops: new DropCounter() });
  network = await FrailNetwork.start(broker.port);
  bridge = await startWebSocketBridge(network.port, certificates);
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

afterAll(async () => {
  await bridge.close();
  await network.close();
  await broker.close();
});

/** Answers every request with a status, and tells the queries that were asked with. */
async function startRefusing(status: number): Promise<{ readonly port: number; readonly urls: URL[] }> {
  const urls: URL[] = [];
  const server = createServer(certificates, () => undefined);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => void sockets.add(socket));
  server.on('upgrade', (request, socket) => {
    urls.push(new URL(`wss://localhost${request.url}`));
    socket.end(`HTTP/1.1 ${status} Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, urls };
}

const keys: AwsCredentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET, sessionToken: 'to/ken=' };

describe.each(installed ? (['device-sdk', 'mqtt'] as const) : (['mqtt'] as const))(
  'with the client %s',
  (client) => {
    const options = (port: number, more: Partial<Parameters<typeof connectIotCore>[0]> = {}) => ({
      client,
      clientId: (connection: number) => `llx-${client}-${connection}`,
      keepAliveSeconds: 30,
      connectTimeoutMs: 5_000,
      backoffMs: () => 1,
      endpoint: `localhost:${port}`,
      region: 'eu-central-1',
      credentials: async () => keys,
      ca: certificates.ca,
      ...more,
    });

    test('the upgrade is signed for the device gateway, with the token beside what is signed', async () => {
      const { port, urls } = await startRefusing(403);
      await connectIotCore(options(port)).catch(() => undefined);
      const [url] = urls;
      const query = Object.fromEntries(url?.searchParams ?? []);
      expect(url?.pathname).toBe('/mqtt');
      expect(query).toMatchObject({
        'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
        'X-Amz-Credential': expect.stringMatching(
          /^AKIDEXAMPLE\/\d{8}\/eu-central-1\/iotdevicegateway\/aws4_request$/,
        ),
        'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
        'X-Amz-Security-Token': 'to/ken=',
      });
    });

    test('a refused upgrade is told, without secrets', async () => {
      const { port } = await startRefusing(403);
      const failure = await connectIotCore(options(port)).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 'TRANSPORT_REFUSED',
        message: expect.stringMatching(
          new RegExp(`^The broker at wss://localhost:${port} refused the WebSocket`),
        ),
      });
      const { message, stack, cause } = failure as Error;
      const told = JSON.stringify([message, stack, cause, String(cause)]);
      for (const secret of [SECRET, 'to/ken', 'to%2Fken', 'X-Amz-Signature'])
        expect(told).not.toContain(secret);
    });

    test('a reconnect asks for credentials again; none are a failed attempt, with the cause', async () => {
      const expired = new Error('the session has expired');
      const credentials = vi.fn<() => Promise<AwsCredentials>>(async () => keys);
      const transport = await connectIotCore(options(bridge.port, { credentials }));
      closers.push(() => transport.close());
      const states = new States(transport);
      credentials.mockRejectedValueOnce(expired);
      network.cut(`llx-${client}-1`);
      await states.until('connected');
      expect(credentials).toHaveBeenCalledTimes(3);
      const [, second, third] = states.seen;
      expect(second).toMatchObject({ status: 'connecting', attempt: 2 });
      expect(third).toEqual({ status: 'connected', connection: 2 });
      expect(second?.status === 'connecting' && second.cause).toMatchObject({
        code: 'TRANSPORT_UNREACHABLE',
        cause: expired,
      });
    });

    test('a broker whose authority is not trusted is not spoken to', async () => {
      const { ca } = await issueForTest();
      const location = options(bridge.port, { ca, connectTimeoutMs: 500 });
      await expect(connectIotCore(location)).rejects.toMatchObject({
        code: 'TRANSPORT_UNREACHABLE',
      });
    });

    test('the authorities of NODE_EXTRA_CA_CERTS are trusted, and the process ends by itself', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'llx-ca-'));
      closers.push(() => rm(folder, { recursive: true }));
      const file = join(folder, 'ca.pem');
      await writeFile(file, certificates.ca);
      const result = await run(client, bridge.port, { NODE_EXTRA_CA_CERTS: file });
      expect(result).toEqual({ status: 0, stdout: 'connected\nclosed\n', stderr: '' });
    });

    test('the process ends by itself although it could not connect', async () => {
      const result = await run(client, await freePort(), {});
      expect(result).toEqual({ status: 0, stdout: 'TRANSPORT_UNREACHABLE\n', stderr: '' });
    });
  },
);

async function run(client: string, port: number, environment: Readonly<Record<string, string>>) {
  const program = `
    import { connectIotCore } from ${JSON.stringify(new URL('./connect-iot-core.ts', import.meta.url).href)};
    const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret' });
    try {
      const transport = await connectIotCore({
        client: '${client}', clientId: () => 'llx-child', keepAliveSeconds: 30, connectTimeoutMs: 5_000,
        endpoint: 'localhost:${port}', region: 'us-east-1', credentials,
      });
      await transport.publish('t', Buffer.from('x'), { qos: 1 });
      console.log('connected');
      await transport.close();
      console.log('closed');
    } catch (error) {
      console.log(error.code);
    }
  `;
  const { NODE_EXTRA_CA_CERTS: _, ...inherited } = process.env;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    text.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    text.stderr += chunk.toString();
  });
  const [status] = await once(child, 'close');
  return { status, ...text };
}

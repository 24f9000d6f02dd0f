import { afterEach, describe, expect, test } from 'vitest';
import type { Transport } from '../transport.ts';
import type { BrokerLocation } from './broker-location.ts';
import { issueForTest } from './certificates.test-support.ts';
import { hasMosquitto, type MosquittoOptions, startMosquitto } from './mosquitto.test-support.ts';
import { connectMqtt } from './mqtt-transport.ts';
import { connectPacket } from './packet-transport.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const server = await issueForTest('server');
const client = await issueForTest('client');
const login = { username: 'jané', password: 'correct horse' };

async function start(options: MosquittoOptions): Promise<number> {
  const broker = await startMosquitto(options);
  closers.push(() => broker.close());
  return broker.port;
}

describe.skipIf(!hasMosquitto).each([
  ['plain packets', connectPacket],
  ['the mqtt package', connectMqtt],
] as const)('Mosquitto, with %s (skipped where the program mosquitto is not installed)', (_, connectBy) => {
  async function connect(location: BrokerLocation): Promise<Transport> {
    const options = { clientId: () => 'llx-test', keepAliveSeconds: 30, connectTimeoutMs: 5_000 };
    const transport = await connectBy({ ...options, ...location });
    closers.push(() => transport.close());
    return transport;
  }

  async function expectEcho(transport: Transport): Promise<void> {
    const message = new Promise<string>((resolve) => {
      transport.onMessage(({ payload }) => resolve(Buffer.from(payload).toString()));
    });
    await transport.subscribe(['t'], 1);
    await transport.publish('t', Buffer.from('there and back'), { qos: 1 });
    expect(await message).toBe('there and back');
  }

  test('over TLS with a user and a password', async () => {
    const port = await start({ tls: server, login });
    await expectEcho(await connect({ url: `mqtts://localhost:${port}`, tls: { ca: server.ca }, ...login }));
  });

  test('a wrong password and none are refused, and it is in no error', async () => {
    const url = `mqtts://localhost:${await start({ tls: server, login })}`;
    const location = { url, tls: { ca: server.ca } };
    for (const wrong of [{}, { ...login, password: 'battery staple' }]) {
      const failure = await connect({ ...location, ...wrong }).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 'TRANSPORT_REFUSED',
        message: `The broker at ${url} refused the connection (CONNACK 5).`,
      });
      expect(String(failure)).not.toContain('battery');
    }
  });

  test('over TLS with a certificate of the client', async () => {
    const port = await start({ tls: server, clientAuthority: client.ca });
    const tls = { ca: server.ca, cert: client.cert, key: client.key };
    await expectEcho(await connect({ url: `mqtts://127.0.0.1:${port}`, tls }));
  });

  test('without the certificate that it asks for there is no connection', async () => {
    const port = await start({ tls: server, clientAuthority: client.ca });
    await expect(connect({ url: `mqtts://127.0.0.1:${port}`, tls: { ca: server.ca } })).rejects.toMatchObject(
      { code: 'TRANSPORT_UNREACHABLE' },
    );
  });

  test('a broker whose authority is not trusted is not spoken to', async () => {
    const port = await start({ tls: server, login });
    await expect(connect({ url: `mqtts://localhost:${port}`, ...login })).rejects.toMatchObject({
      code: 'TRANSPORT_UNREACHABLE',
      cause: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    });
  });

  test('over WebSockets and TLS with a user and a password', async () => {
    const port = await start({ tls: server, login, webSockets: true });
    await expectEcho(
      await connect({ url: `wss://localhost:${port}/mqtt`, tls: { ca: server.ca }, ...login }),
    );
  });
});

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { TestClock } from '../../service.test-support.ts';
import { GatewayConnection } from './gateway-connection.ts';

let server: WebSocketServer;
let client: WebSocket;

afterEach(() => {
  client.terminate();
  server.close();
});

test('a client that does not read is hung up on before what waits for it fills the memory', async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, 'connection');
  client = new WebSocket(`ws://127.0.0.1:${port}`);
  await once(client, 'open');
  client.pause();
  const [socket] = await accepted;
  const closed = Promise.withResolvers<number>();
  const connection = new GatewayConnection({
    context: {
      apiId: 'chatapi123',
      stage: { name: 'prod' },
      connectionId: 'a=',
      connectedAt: 0,
      domainName: '127.0.0.1',
      sourceIp: '127.0.0.1',
      userAgent: undefined,
    },
    socket,
    clock: new TestClock(0),
    onMessage: () => Promise.resolve(),
    onClose: closed.resolve,
  });
  const message = 'x'.repeat(128 * 1024);
  const sent = await Promise.allSettled(Array.from({ length: 400 }, () => connection.send(message)));
  expect(sent.at(-1)).toMatchObject({ status: 'rejected', reason: new Error('the client does not read') });
  expect(await closed.promise).toBe(1006);
});

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { TransportError } from '../transport.ts';
import { parseBrokerUrl } from './broker-address.ts';
import { type ByteStream, openByteStream } from './byte-stream.ts';

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function listen(server: Pick<Server, 'listen' | 'address' | 'close' | 'once' | 'on'>): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => void sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await new Promise<void>((resolve) => server.once('listening', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/mqtt?X-Amz-Signature=hidden`;
}

type Opened = {
  readonly stream: ByteStream;
  readonly received: Buffer[];
  readonly closed: Promise<unknown>;
};

async function open(url: string, signal = new AbortController().signal): Promise<Opened> {
  const received: Buffer[] = [];
  let onClose: (cause: unknown) => void = () => undefined;
  const closed = new Promise<unknown>((resolve) => {
    onClose = resolve;
  });
  const stream = await openByteStream({
    address: parseBrokerUrl(url),
    tls: undefined,
    proxy: undefined,
    unref: false,
    signal,
    events: {
      onData: (bytes) => received.push(Buffer.from(bytes)),
      onClose: (cause) => onClose(cause),
    },
  });
  return { stream, received, closed };
}

/** A client of ours, and the other end of it by the package `ws`. */
async function openPair(options: ServerOptions = {}): Promise<Opened & { readonly server: WebSocket }> {
  const http = createServer();
  const webSockets = new WebSocketServer({ server: http, ...options });
  const connection = once(webSockets, 'connection');
  const opened = await open(await listen(http));
  const [server] = (await connection) as [WebSocket];
  return { ...opened, server };
}

/** The head of an answer, whatever was asked. */
async function answering(answer: (key: string) => string): Promise<string> {
  return await listen(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (request: Buffer) => {
        const key = /sec-websocket-key: (.+)\r\n/i.exec(request.toString())?.[1] ?? '';
        socket.write(answer(key));
      });
    }) as unknown as Server,
  );
}

describe('with a server of the package ws', () => {
  test('asks for the sub-protocol mqtt', async () => {
    const { server } = await openPair();
    expect(server.protocol).toBe('mqtt');
  });

  test('bytes of any length go there and come back, in order', async () => {
    const { stream, received, server, closed } = await openPair();
    server.on('message', (data: Buffer) => server.send(data));
    const sent: Buffer[] = [];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(0, 1, 2, 63, 64, 65, 125, 126, 1_000, 65_535, 65_536), { maxLength: 6 }),
        async (lengths) => {
          for (const length of lengths) {
            const bytes = Buffer.from(Uint8Array.from({ length }, (_, n) => (n * 31 + length) & 0xff));
            sent.push(bytes);
            stream.write(bytes);
          }
        },
      ),
      { numRuns: 30 },
    );
    stream.write(Buffer.from('the end'));
    server.on('message', (data: Buffer) => {
      if (data.toString() === 'the end') server.close(1000);
    });
    expect(await closed).toBeUndefined();
    const expected = Buffer.concat([...sent, Buffer.from('the end')]);
    expect(Buffer.concat(received).equals(expected)).toBe(true);
  });

  test('answers a ping with its payload', async () => {
    const { server } = await openPair();
    const pong = once(server, 'pong');
    server.ping('are you there');
    expect(String((await pong)[0])).toBe('are you there');
  });

  test('end sends what was written before it, and closes with 1000', async () => {
    const { stream, server, closed } = await openPair();
    const messages: string[] = [];
    server.on('message', (data: Buffer) => messages.push(data.toString()));
    const ended = once(server, 'close');
    for (const part of ['x', 'y', 'z']) stream.write(Buffer.from(part));
    stream.end();
    stream.write(Buffer.from('too late'));
    expect((await ended)[0]).toBe(1000);
    expect(messages).toEqual(['x', 'y', 'z']);
    expect(await closed).toBeUndefined();
  });

  test('destroy ends it without a close frame', async () => {
    const { stream, server, closed } = await openPair();
    const ended = once(server, 'close');
    stream.destroy();
    expect((await ended)[0]).toBe(1006);
    expect(await closed).toBeUndefined();
  });

  test('tells why the other side closed', async () => {
    const { server, closed } = await openPair();
    server.close(1008, 'not today');
    expect(await closed).toEqual(new Error('the broker closed the WebSocket (1008 not today)'));
  });

  test('refuses text, says so, and hands over nothing', async () => {
    const { server, received, closed } = await openPair();
    const ended = once(server, 'close');
    server.send('text');
    expect(await closed).toMatchObject({ name: 'WebSocketError', closeCode: 1003 });
    expect((await ended)[0]).toBe(1003);
    expect(received).toEqual([]);
  });
});

describe('an upgrade that is refused', () => {
  test.each([
    ['HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n', 'refused the WebSocket (HTTP 403)'],
    ['HTTP/1.1 200 OK\r\n\r\n', 'refused the WebSocket (HTTP 200)'],
    [
      'HTTP/1.1 101 Switching Protocols\r\nsec-websocket-accept: wrong\r\nsec-websocket-protocol: mqtt\r\n\r\n',
      'did not answer as a WebSocket does',
    ],
  ])('is told by its reason, without the query of the URL: %j', async (answer, reason) => {
    const url = await answering(() => answer);
    const { host } = new URL(url);
    const failure = await open(url).catch((error: unknown) => error);
    expect(failure).toEqual(new TransportError('TRANSPORT_REFUSED', `The broker at ws://${host} ${reason}.`));
    expect(JSON.stringify([failure, String(failure)])).not.toContain('hidden');
  });

  test('is one by a server that does not choose the sub-protocol', async () => {
    await expect(openPair({ handleProtocols: () => false })).rejects.toMatchObject({
      code: 'TRANSPORT_REFUSED',
      message: expect.stringMatching(/ does not speak MQTT over WebSockets\.$/),
    });
  });

  test.each([
    ['SSH-2.0-OpenSSH_9.2\r\n\r\n', 'the answer is not HTTP'],
    ['x'.repeat(20_000), 'the head of the answer is too long'],
    [
      `HTTP/1.1 101 Switching Protocols\r\n${'x: y\r\n'.repeat(4_000)}\r\n`,
      'the head of the answer is too long',
    ],
  ])('is none by what is no HTTP, or does not end', async (answer, reason) => {
    await expect(open(await answering(() => answer))).rejects.toEqual(new Error(reason));
  });

  test('is given up when nothing answers and the signal is aborted', async () => {
    const controller = new AbortController();
    const url = await answering(() => {
      setImmediate(() => controller.abort(new Error('enough')));
      return 'HTTP/1.1 101';
    });
    await expect(open(url, controller.signal)).rejects.toEqual(new Error('enough'));
  });
});

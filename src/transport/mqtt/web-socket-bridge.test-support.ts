import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** What RFC 6455 says to append to the client's key. */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const BINARY = 2;
const CLOSE = 8;

/** MQTT over WebSockets, as IoT Core speaks it, in front of a broker that speaks it over TCP only; over TLS if asked. */
export async function startWebSocketBridge(
  brokerPort: number,
  tls?: { readonly cert: string; readonly key: string },
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const open = new Set<Duplex>();
  const server = tls === undefined ? createServer() : createSecureServer(tls);
  // A TLS handshake that the client gave up would else be waited for.
  server.on('connection', (socket: Duplex) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.on('upgrade', (request, client) => {
    const broker = connect({ port: brokerPort, host: '127.0.0.1', noDelay: true });
    for (const end of [client, broker]) {
      open.add(end);
      end.on('error', () => undefined);
      end.once('close', () => {
        open.delete(end);
        client.destroy();
        broker.destroy();
      });
      // Sockets of an HTTP server stay half open after the end of the other side.
      end.once('end', () => end.destroy());
    }
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}${ACCEPT_GUID}`)
      .digest('base64');
    client.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${request.headers['sec-websocket-protocol']}\r\n\r\n`,
    );
    broker.on('data', (bytes) => client.write(frame(BINARY, bytes)));
    forwardFrames(client, broker);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  return {
    port: address.port,
    async close() {
      for (const end of open) end.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function forwardFrames(client: Duplex, broker: Socket): void {
  let held = Buffer.alloc(0);
  client.on('data', (bytes: Buffer) => {
    held = Buffer.concat([held, bytes]);
    for (let next = readFrame(held); next !== undefined; next = readFrame(held)) {
      held = held.subarray(next.end);
      if (next.opcode === BINARY) broker.write(next.payload);
      // Answered, so that the client is content; then TCP ends.
      if (next.opcode === CLOSE) client.end(frame(CLOSE, next.payload));
    }
  });
}

/** A frame of a client, which is always masked; undefined when not all of it is there. */
function readFrame(bytes: Buffer) {
  if (bytes.byteLength < 2) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  const start = 2 + lengthBytes + 4;
  if (bytes.byteLength < start) return undefined;
  const length =
    lengthBytes === 0 ? short : lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const end = start + length;
  if (bytes.byteLength < end) return undefined;
  const payload = Buffer.from(bytes.subarray(start, end));
  for (let at = 0; at < length; at += 1)
    payload[at] = (payload[at] ?? 0) ^ (bytes[start - 4 + (at % 4)] ?? 0);
  return { opcode: bytes.readUInt8(0) & 0x0f, payload, end };
}

function frame(opcode: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(payload.byteLength < 126 ? 2 : payload.byteLength < 65_536 ? 4 : 10);
  header[0] = 0x80 | opcode;
  if (header.byteLength === 2) header[1] = payload.byteLength;
  else if (header.byteLength === 4) {
    header[1] = 126;
    header.writeUInt16BE(payload.byteLength, 2);
  } else {
    header[1] = 127;
    header.writeBigUInt64BE(BigInt(payload.byteLength), 2);
  }
  return Buffer.concat([header, payload]);
}

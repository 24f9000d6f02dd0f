import { createHash, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { TransportError } from '../transport.ts';
import type { BrokerAddress } from './broker-address.ts';
import type { ByteStream, ByteStreamEvents } from './byte-stream.ts';
import { type HttpHead, readHttpHead } from './http-head.ts';
import { CLOSE, encodeFrame, FrameReader, OPCODE, WebSocketError } from './web-socket-frames.ts';

/** What RFC 6455 says to append to the client's key. */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const SUBPROTOCOL = 'mqtt';
const DEFAULT_PORTS: Readonly<Record<string, number>> = { ws: 80, wss: 443 };
/** Masks are cut from so many random bytes at a time: one call for each frame would be most of its cost. */
const MASK_POOL_BYTES = 4096;

/**
 * Opens a WebSocket with the sub-protocol `mqtt` over a connected socket. Rejects with TRANSPORT_REFUSED when the other
 * side is no such WebSocket or does not let us in (IoT Core's 403: a wrong signature, an expired token). The path, which
 * may hold a signature, is in no error. `onClose` has a cause also when the other side closes for another reason than a
 * normal end.
 */
export async function openWebSocket(
  socket: Socket,
  address: BrokerAddress,
  events: ByteStreamEvents,
  signal: AbortSignal,
): Promise<ByteStream> {
  const key = randomBytes(16).toString('base64');
  socket.write(upgradeRequest(address, key));
  const refusal = refusalOf(await readHttpHead(socket, signal), key);
  if (refusal === undefined) return new WebSocketStream(socket, events);
  socket.destroy();
  throw new TransportError('TRANSPORT_REFUSED', `The broker at ${address.shown} ${refusal}.`);
}

function upgradeRequest({ scheme, host, port, path }: BrokerAddress, key: string): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${port === DEFAULT_PORTS[scheme] ? name : `${name}:${port}`}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${key}`,
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
    '\r\n',
  ].join('\r\n');
}

function refusalOf({ status, headers }: HttpHead, key: string): string | undefined {
  if (status !== 101) return `refused the WebSocket (HTTP ${status})`;
  const accept = createHash('sha1').update(`${key}${ACCEPT_GUID}`).digest('base64');
  if (headers.get('sec-websocket-accept') !== accept) return 'did not answer as a WebSocket does';
  // [MQTT-6.0.0-4]
  if (headers.get('sec-websocket-protocol') !== SUBPROTOCOL) return 'does not speak MQTT over WebSockets';
  return undefined;
}

class WebSocketStream implements ByteStream {
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  #masks = Buffer.alloc(0);
  #corked = false;
  /** Our close frame has been sent: nothing may follow it. */
  #closing = false;
  /** Why it was closed, if not normally. */
  #reason: Error | undefined;

  constructor(socket: Socket, { onData, onClose }: ByteStreamEvents) {
    this.#socket = socket;
    this.#reader = new FrameReader({
      onData: (bytes) => {
        // What follows in the same chunk, after who reads it gave up.
        if (!socket.destroyed) onData(bytes);
      },
      onControl: (opcode, payload) => this.#onControl(opcode, payload),
    });
    socket.on('data', (bytes) => this.#read(bytes));
    socket.once('close', () => onClose(this.#reason ?? socket.errored ?? undefined));
    socket.resume();
  }

  write(bytes: Uint8Array): void {
    if (!this.#closing) this.#send(OPCODE.binary, bytes);
  }

  end(): void {
    this.#close(CLOSE.normal);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #send(opcode: number, payload: Uint8Array): void {
    if (!this.#socket.writable) return;
    this.#socket.write(encodeFrame(opcode, payload, this.#mask()));
    if (this.#corked) return;
    // The first frame leaves at once, those that follow it in the same turn leave together.
    this.#corked = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#corked = false;
      this.#socket.uncork();
    });
  }

  /** Nobody who sees what is sent may foresee it. https://www.rfc-editor.org/rfc/rfc6455#section-10.3 */
  #mask(): Uint8Array {
    if (this.#masks.byteLength < 4) this.#masks = randomBytes(MASK_POOL_BYTES);
    const mask = this.#masks.subarray(0, 4);
    this.#masks = this.#masks.subarray(4);
    return mask;
  }

  #read(bytes: Buffer): void {
    if (this.#reason instanceof WebSocketError) return;
    try {
      this.#reader.read(bytes);
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      this.#reason = error;
      this.#close(error.closeCode);
      // Nothing that comes after it can be understood, an answer to the close neither.
      this.#socket.destroySoon();
    }
  }

  #onControl(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.ping && !this.#closing) this.#send(OPCODE.pong, payload);
    if (opcode !== OPCODE.close) return;
    const code = payload.byteLength >= 2 ? payload.readUInt16BE(0) : CLOSE.normal;
    if (code !== CLOSE.normal)
      this.#reason ??= new Error(
        `the broker closed the WebSocket (${[code, payload.toString('utf8', 2)].join(' ').trim()})`,
      );
    this.#close(code);
  }

  #close(code: number): void {
    if (this.#closing) return;
    this.#closing = true;
    if (!this.#socket.writable) return;
    const payload = Buffer.allocUnsafe(2);
    payload.writeUInt16BE(code);
    this.#socket.end(encodeFrame(OPCODE.close, payload, this.#mask()));
  }
}

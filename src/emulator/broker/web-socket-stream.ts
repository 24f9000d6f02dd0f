import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** 1003 of RFC 6455 §7.4.1: a kind of data that cannot be accepted. MQTT 3.1.1 §6.0 asks for binary frames. */
const UNSUPPORTED_DATA = 1003;
const NORMAL = 1000;
/** How long a client may take to answer that the connection is over. */
const CLOSE_MS = 1_000;

/**
 * The bytes of a WebSocket's binary messages, without their borders. Other than the stream of the package, it sends
 * what is written together as one message: MQTT packets come in five pieces.
 */
export class WebSocketStream extends Duplex {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    socket.on('message', (data: Buffer, isBinary) => {
      if (this.destroyed) return;
      if (!isBinary) {
        socket.close(UNSUPPORTED_DATA);
        return;
      }
      if (!this.push(data)) socket.pause();
    });
    socket.on('error', (error) => this.destroy(error));
    socket.once('close', () => {
      this.push(null);
      this.destroy();
    });
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.send(chunk, (error) => done(error));
  }

  override _writev(
    chunks: readonly { readonly chunk: Buffer }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#socket.send(Buffer.concat(chunks.map(({ chunk }) => chunk)), (error) => done(error));
  }

  override _final(done: () => void): void {
    this.#socket.close(NORMAL);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const socket = this.#socket;
    // Not at once: a refusal that was just written would be lost.
    const timer = setTimeout(() => socket.terminate(), CLOSE_MS).unref();
    socket.once('close', () => clearTimeout(timer));
    // A paused one would not see the answer.
    socket.resume();
    if (socket.readyState === socket.CLOSED) clearTimeout(timer);
    else socket.close(NORMAL);
    done(error);
  }
}

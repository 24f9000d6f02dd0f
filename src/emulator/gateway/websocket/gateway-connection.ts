import type { WebSocket } from 'ws';
import type { EmulatorClock } from '../../emulator-clock.ts';
import type { ConnectionContext } from './websocket-event.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const IDLE_MS = 10 * 60_000;
const LONGEST_MS = 2 * 60 * 60_000;
/** Messages of one connection whose functions have not ended; a client that sends more waits. */
const MOST_RUNNING = 64;
/** What may wait for a client that does not read; whoever sends to it does not know, so it would grow without end. */
const MOST_UNREAD_BYTES = 16 * 1024 * 1024;
/** How long a client may take to answer that the connection is over. */
const CLOSE_MS = 1_000;

const NORMAL = 1000;
const GOING_AWAY = 1001;
/** https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const UNSUPPORTED_DATA = 1003;

/** A client of a WebSocket API: how long it may stay, and what is sent to it. */
export class GatewayConnection {
  readonly context: ConnectionContext;
  readonly #socket: WebSocket;
  readonly #clock: EmulatorClock;
  #lastActiveAt: number;
  #running = 0;
  #cancelIdle: () => void;
  readonly #cancelLongest: () => void;
  readonly #closed = Promise.withResolvers<void>();

  constructor(options: {
    readonly context: ConnectionContext;
    readonly socket: WebSocket;
    readonly clock: EmulatorClock;
    /** Never rejects. */
    readonly onMessage: (text: string) => Promise<void>;
    readonly onClose: (statusCode: number, reason: string) => void;
  }) {
    const { context, socket, clock } = options;
    this.context = context;
    this.#socket = socket;
    this.#clock = clock;
    this.#lastActiveAt = clock.now();
    this.#cancelIdle = clock.schedule(() => this.#checkIdle(), IDLE_MS);
    this.#cancelLongest = clock.schedule(() => void this.leave(), LONGEST_MS);
    socket.on('message', (data, isBinary) => {
      this.#lastActiveAt = clock.now();
      // API Gateway takes texts alone.
      if (isBinary) this.close(UNSUPPORTED_DATA, 'Binary is not supported');
      else void this.#take(String(data), options.onMessage);
    });
    socket.on('ping', () => {
      this.#lastActiveAt = clock.now();
    });
    // The close that follows says why.
    socket.on('error', () => undefined);
    socket.once('close', (statusCode, reason) => {
      this.#cancelIdle();
      this.#cancelLongest();
      options.onClose(statusCode, reason.toString('utf8'));
      this.#closed.resolve();
    });
  }

  /** Epoch milliseconds. */
  get lastActiveAt(): number {
    return this.#lastActiveAt;
  }

  /** Resolves when it is on its way; rejects when the client has gone, or reads so little that it has to. */
  send(text: string): Promise<void> {
    if (this.#socket.bufferedAmount > MOST_UNREAD_BYTES) {
      this.terminate();
      return Promise.reject(new Error('the client does not read'));
    }
    this.#lastActiveAt = this.#clock.now();
    return new Promise((resolve, reject) => {
      this.#socket.send(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Idempotent. */
  close(statusCode = NORMAL, reason = 'Connection Closed Normally'): void {
    this.#socket.close(statusCode, reason);
    const timer = setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref();
    this.#socket.once('close', () => clearTimeout(timer));
    // A paused one would not see the answer.
    this.#socket.resume();
  }

  /** Because the connection has lasted long enough, or the server ends. Resolves when it is over. */
  leave(): Promise<void> {
    this.close(GOING_AWAY, 'Going away');
    return this.#closed.promise;
  }

  /** At once: nobody waits for the client's answer. */
  terminate(): void {
    this.#socket.terminate();
  }

  async #take(text: string, onMessage: (text: string) => Promise<void>): Promise<void> {
    this.#running += 1;
    if (this.#running >= MOST_RUNNING) this.#socket.pause();
    await onMessage(text);
    this.#running -= 1;
    if (this.#running < MOST_RUNNING) this.#socket.resume();
  }

  #checkIdle(): void {
    const left = this.#lastActiveAt + IDLE_MS - this.#clock.now();
    if (left > 0) this.#cancelIdle = this.#clock.schedule(() => this.#checkIdle(), left);
    else void this.leave();
  }
}

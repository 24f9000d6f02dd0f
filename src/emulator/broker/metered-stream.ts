import { Duplex } from 'node:stream';
import { TokenBucket } from './token-bucket.ts';

/**
 * A connection held to bytes per second, both directions together: what is above the quota is delayed, as IoT Core
 * does. Writes are taken at once and wait here, so that one slow client does not hold up the deliveries to others;
 * whoever writes looks at `waitingBytes` and stops.
 */
export class MeteredStream extends Duplex {
  readonly #inner: Duplex;
  readonly #bucket: TokenBucket;
  readonly #outgoing: Buffer[] = [];
  #queuedBytes = 0;
  #enqueuedBytes = 0;
  #outgoingTimer: NodeJS.Timeout | undefined;
  #incomingTimer: NodeJS.Timeout | undefined;
  #ending: (() => void) | undefined;

  /** `now` in milliseconds, monotonic. */
  constructor(inner: Duplex, bytesPerSecond: number, now: () => number) {
    // Never full: see above.
    super({ allowHalfOpen: false, writableHighWaterMark: Number.MAX_SAFE_INTEGER });
    this.#inner = inner;
    this.#bucket = new TokenBucket(bytesPerSecond, now);
    inner.on('data', (chunk: Buffer) => this.#receive(chunk));
    inner.once('end', () => this.push(null));
    inner.once('error', (error) => this.destroy(error));
    inner.once('close', () => this.destroy());
    inner.pause();
  }

  /** Of what was written: how much has not left for the network. */
  get waitingBytes(): number {
    return this.#queuedBytes + this.#inner.writableLength;
  }

  /** All that was ever written, also what is corked until the end of this turn. */
  get writtenBytes(): number {
    return this.#enqueuedBytes + this.writableLength;
  }

  /** How much of it has left. */
  get sentBytes(): number {
    return this.#enqueuedBytes - this.waitingBytes;
  }

  override _read(): void {
    if (this.#incomingTimer === undefined) this.#inner.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#enqueue(chunk);
    done();
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    // One packet of MQTT comes in five pieces: together they are one write, one segment, one WebSocket message.
    this.#enqueue(Buffer.concat(chunks.map(({ chunk }) => chunk)));
    done();
  }

  override _final(done: () => void): void {
    this.#ending = () => {
      this.#inner.end();
      done();
    };
    this.#send();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#incomingTimer);
    clearTimeout(this.#outgoingTimer);
    this.#outgoing.length = 0;
    this.#inner.destroy();
    done(error);
  }

  #receive(chunk: Buffer): void {
    this.#bucket.take(chunk.length);
    const delay = this.#bucket.debtMs;
    if (delay === 0) {
      if (!this.push(chunk)) this.#inner.pause();
      return;
    }
    // The client's own socket fills up behind it: that is how it learns to wait.
    this.#inner.pause();
    this.#incomingTimer = setTimeout(() => {
      this.#incomingTimer = undefined;
      if (this.push(chunk)) this.#inner.resume();
    }, delay);
  }

  #enqueue(chunk: Buffer): void {
    this.#enqueuedBytes += chunk.length;
    this.#queuedBytes += chunk.length;
    this.#outgoing.push(chunk);
    this.#send();
  }

  #send(): void {
    while (this.#outgoingTimer === undefined) {
      const delay = this.#bucket.debtMs;
      if (delay > 0 && this.#outgoing.length > 0) {
        this.#outgoingTimer = setTimeout(() => {
          this.#outgoingTimer = undefined;
          this.#send();
        }, delay);
        return;
      }
      const chunk = this.#outgoing.shift();
      if (chunk === undefined) break;
      this.#bucket.take(chunk.length);
      this.#queuedBytes -= chunk.length;
      this.#inner.write(chunk);
    }
    const ending = this.#ending;
    this.#ending = undefined;
    ending?.();
  }
}

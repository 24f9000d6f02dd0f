import type { MqttClient } from 'mqtt';
import type { Connection } from '../connection.ts';
import { type QualityOfService, TransportError } from '../transport.ts';

/** How long a broker may take to close its side after DISCONNECT. */
const END_MS = 500;

type Done<T> = (error?: Error | null, value?: T) => void;

/** A connection of the `mqtt` package that does not reconnect. Made before CONNACK: retained messages may follow it at once. */
export class MqttConnection implements Connection {
  readonly closed: Promise<TransportError>;
  readonly #client: MqttClient;
  /** What waits for an answer: mqtt.js forgets the callbacks of packets that were on their way when it ends. */
  readonly #waiting = new Set<(reason: TransportError) => void>();
  /** One for each PINGREQ that has no answer yet, in order: those of mqtt.js itself have nobody who waits. */
  readonly #pings: ((() => void) | undefined)[] = [];
  #lastReceived = performance.now();
  #cause: Error | undefined;
  #ended: TransportError | undefined;

  constructor(client: MqttClient) {
    this.#client = client;
    client.on('packetreceive', ({ cmd }) => {
      this.#lastReceived = performance.now();
      if (cmd === 'pingresp') this.#pings.shift()?.();
    });
    client.on('packetsend', ({ cmd }) => {
      if (cmd === 'pingreq') this.#pings.push(undefined);
    });
    // An error without a listener would end the process; the close that follows tells it.
    client.on('error', (error) => {
      this.#cause = error;
    });
    this.closed = new Promise((resolve) => {
      client.once('close', () => {
        this.#ended = new TransportError('TRANSPORT_LOST', 'The connection to the broker ended.', {
          cause: this.#cause,
        });
        for (const reject of this.#waiting) reject(this.#ended);
        this.#waiting.clear();
        resolve(this.#ended);
      });
    });
  }

  publish(topic: string, payload: Uint8Array, qos: QualityOfService, retain: boolean): Promise<void> {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    return this.#whileOpen((done) =>
      this.#client.publish(topic, bytes, { qos, retain }, (error) => done(error)),
    );
  }

  subscribe(filters: readonly string[], qos: QualityOfService): Promise<readonly string[]> {
    return this.#whileOpen((done) =>
      this.#client.subscribe([...filters], { qos }, (error, _grants, packet) => {
        // mqtt.js reports a refusal as an error; which filter it was stands in the packet only.
        const codes = packet?.granted;
        if (codes === undefined) done(error, []);
        else
          done(
            null,
            filters.filter((_, n) => Number(codes[n] ?? 0x80) >= 0x80),
          );
      }),
    );
  }

  unsubscribe(filters: readonly string[]): Promise<void> {
    return this.#whileOpen((done) => this.#client.unsubscribe([...filters], (error) => done(error)));
  }

  ping(deadlineMs: number): Promise<boolean> {
    if (this.#ended !== undefined) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (alive: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(onEnd);
        resolve(alive);
      };
      const onEnd = (): void => settle(false);
      const timer = setTimeout(() => settle(false), deadlineMs);
      this.#waiting.add(onEnd);
      this.#client.sendPing();
      // 'packetsend' has made its place, the last one.
      this.#pings[this.#pings.length - 1] = () => settle(true);
    });
  }

  idleMs(): number {
    return performance.now() - this.#lastReceived;
  }

  async end(): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#client.end();
    const timer = setTimeout(() => this.destroy(), END_MS);
    await this.closed;
    clearTimeout(timer);
  }

  destroy(): void {
    this.#client.end(true);
    this.#client.stream.destroy();
  }

  #whileOpen<T = void>(call: (done: Done<T>) => unknown): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      call((error, value) => {
        this.#waiting.delete(reject);
        if (error === undefined || error === null) resolve(value as T);
        else reject(new TransportError('TRANSPORT_LOST', error.message, { cause: error }));
      });
    });
  }
}

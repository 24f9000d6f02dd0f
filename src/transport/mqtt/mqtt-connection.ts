import type { MqttClient } from 'mqtt';
import type { Connection } from '../connection.ts';
import { PendingCalls } from '../pending-calls.ts';
import type { QualityOfService, TransportError } from '../transport.ts';

/** How long a broker may take to close its side after DISCONNECT. */
const END_MS = 500;

/** A connection of the `mqtt` package that does not reconnect. Made before CONNACK: retained messages may follow it at once. */
export class MqttConnection implements Connection {
  readonly closed: Promise<TransportError>;
  readonly #client: MqttClient;
  /** mqtt.js forgets the callbacks of packets that were on their way when it ends. */
  readonly #pending = new PendingCalls();
  /** One for each PINGREQ that has no answer yet, in order: those of mqtt.js itself have nobody who waits. */
  readonly #pings: ((() => void) | undefined)[] = [];
  #lastReceived = performance.now();
  #cause: Error | undefined;

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
        const ended = this.#pending.end(this.#cause);
        if (ended !== undefined) resolve(ended);
      });
    });
  }

  publish(topic: string, payload: Uint8Array, qos: QualityOfService, retain: boolean): Promise<void> {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    return this.#pending.start((resolve, reject) =>
      this.#client.publish(topic, bytes, { qos, retain }, settling(resolve, reject)),
    );
  }

  subscribe(filters: readonly string[], qos: QualityOfService): Promise<readonly string[]> {
    return this.#pending.start((resolve, reject) =>
      this.#client.subscribe([...filters], { qos }, (error, _grants, packet) => {
        // mqtt.js reports a refusal as an error; which filter it was stands in the packet only.
        const codes = packet?.granted;
        if (codes !== undefined) resolve(filters.filter((_, n) => Number(codes[n] ?? 0x80) >= 0x80));
        else settling(() => resolve([]), reject)(error);
      }),
    );
  }

  unsubscribe(filters: readonly string[]): Promise<void> {
    return this.#pending.start((resolve, reject) =>
      this.#client.unsubscribe([...filters], settling(resolve, reject)),
    );
  }

  async ping(deadlineMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await this.#pending.start<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), deadlineMs);
        this.#client.sendPing();
        // 'packetsend' has made its place, the last one.
        this.#pings[this.#pings.length - 1] = () => resolve(true);
      });
    } catch {
      // It has ended: that is the answer.
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  idleMs(): number {
    return performance.now() - this.#lastReceived;
  }

  async end(): Promise<void> {
    if (this.#pending.ended !== undefined) return;
    this.#client.end();
    const timer = setTimeout(() => this.destroy(), END_MS);
    await this.closed;
    clearTimeout(timer);
  }

  destroy(): void {
    this.#client.end(true);
    this.#client.stream.destroy();
  }
}

/** The callback of mqtt.js for a call without a value. */
function settling(resolve: () => void, reject: (error: Error) => void): (error?: Error | null) => void {
  return (error) => {
    if (error === undefined || error === null) resolve();
    else reject(error);
  };
}

import { IOT_CORE } from '../protocol/limits.ts';
import type { Connection, OpenParameters } from './connection.ts';
import { TransportError, type TransportMessage, type Will } from './transport.ts';

/** What a connection asks of the broker in memory. */
export type MemoryNetwork = {
  publish(topic: string, payload: Uint8Array, retain: boolean): void;
  /** After it was granted. */
  subscribe(connection: MemoryConnection, filter: string): void;
  /** Once; with the will unless it left by DISCONNECT. */
  ended(connection: MemoryConnection, will: Will | undefined): void;
};

export class MemoryConnection implements Connection {
  readonly clientId: string;
  readonly filters = new Set<string>();
  readonly closed: Promise<TransportError>;
  readonly #parameters: OpenParameters;
  readonly #network: MemoryNetwork;
  readonly #waiting = new Set<(reason: unknown) => void>();
  #resolveClosed: (cause: TransportError) => void = () => undefined;
  #frozen = false;
  #ended: TransportError | undefined;
  #lastReceived = performance.now();

  constructor(parameters: OpenParameters, network: MemoryNetwork) {
    this.clientId = parameters.clientId;
    this.#parameters = parameters;
    this.#network = network;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  publish(topic: string, payload: Uint8Array, qos: 0 | 1, retain: boolean): Promise<void> {
    // Copied: the caller keeps its buffer, as with a socket.
    const bytes = Uint8Array.from(payload);
    const acknowledged = this.#request(() => this.#network.publish(topic, bytes, retain));
    if (qos === 1 || this.#ended !== undefined) return acknowledged;
    // Nobody waits for what has no acknowledgement.
    acknowledged.catch(() => undefined);
    return Promise.resolve();
  }

  subscribe(filters: readonly string[]): Promise<readonly string[]> {
    return this.#request(() =>
      filters.filter((filter) => {
        if (!this.filters.has(filter) && this.filters.size >= IOT_CORE.subscriptionsPerConnection)
          return true;
        this.filters.add(filter);
        queueMicrotask(() => this.#network.subscribe(this, filter));
        return false;
      }),
    );
  }

  unsubscribe(filters: readonly string[]): Promise<void> {
    return this.#request(() => {
      for (const filter of filters) this.filters.delete(filter);
    });
  }

  ping(deadlineMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), deadlineMs);
      this.#request(() => true)
        .catch(() => false)
        .then((alive) => {
          clearTimeout(timer);
          resolve(alive);
        });
    });
  }

  idleMs(): number {
    return performance.now() - this.#lastReceived;
  }

  /** After what was published before it, as a socket does it. */
  async end(): Promise<void> {
    await Promise.resolve();
    this.#end(undefined, 'was closed');
  }

  destroy(): void {
    this.#end(this.#parameters.will, 'ended');
  }

  freeze(): void {
    this.#frozen = true;
  }

  /** The broker's side of a publish. */
  deliver(message: TransportMessage): void {
    queueMicrotask(() => {
      if (this.#frozen || this.#ended !== undefined) return;
      this.#lastReceived = performance.now();
      this.#parameters.onMessage({ ...message, payload: Uint8Array.from(message.payload) });
    });
  }

  #request<T>(answer: () => T): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      queueMicrotask(() => {
        if (this.#frozen || this.#ended !== undefined) return;
        this.#waiting.delete(reject);
        this.#lastReceived = performance.now();
        resolve(answer());
      });
    });
  }

  #end(will: Will | undefined, how: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = new TransportError('TRANSPORT_LOST', `The connection to the broker ${how}.`);
    for (const reject of this.#waiting) reject(this.#ended);
    this.#waiting.clear();
    this.#resolveClosed(this.#ended);
    this.#network.ended(this, will);
  }
}

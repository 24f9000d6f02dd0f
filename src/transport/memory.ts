import type { OpenParameters } from './connection.ts';
import { MemoryConnection, type MemoryNetwork } from './memory-connection.ts';
import { connectWith } from './reconnect.ts';
import { type ConnectOptions, type Transport, TransportError, type TransportMessage } from './transport.ts';

/** One delivery: a publish to three subscribers is three of them. */
export type MemoryDelivery = TransportMessage & { readonly to: string };

export type MemoryBrokerOptions = {
  /** What is delivered instead: none to lose it, two to duplicate it, a promise to delay it and so to reorder. */
  readonly tamper?: (
    delivery: MemoryDelivery,
  ) => readonly MemoryDelivery[] | Promise<readonly MemoryDelivery[]>;
};

/**
 * A broker without sockets, for tests of what is built on a transport: retained messages, wills, takeover and filters
 * as IoT Core has them. Whatever it does happens in later microtasks, so no call into it delivers before it returns,
 * and fake timers do not stop it.
 */
export class MemoryBroker {
  /** How it meets a CONNECT: with CONNACK, never, or as if no program listened. Connections that exist stay. */
  mode: 'answers' | 'silent' | 'absent' = 'answers';
  readonly #tamper: MemoryBrokerOptions['tamper'];
  readonly #connections = new Map<string, MemoryConnection>();
  readonly #retained = new Map<string, Uint8Array>();
  readonly #network: MemoryNetwork = {
    publish: (topic, payload, retain) => this.#publish(topic, payload, retain),
    subscribe: (connection, filter) => this.#deliverRetained(connection, filter),
    ended: (connection, will) => {
      if (this.#connections.get(connection.clientId) === connection)
        this.#connections.delete(connection.clientId);
      if (will !== undefined) this.#publish(will.topic, will.payload, will.retain);
    },
  };

  constructor(options: MemoryBrokerOptions = {}) {
    this.#tamper = options.tamper;
  }

  /** A transport like any other: the same reconnects, over connections of this broker. */
  connect(options: ConnectOptions): Promise<Transport> {
    return connectWith((parameters, signal) => this.#open(parameters, signal), options);
  }

  get clientIds(): readonly string[] {
    return [...this.#connections.keys()];
  }

  retained(topic: string): Uint8Array | undefined {
    return this.#retained.get(topic);
  }

  /** Ends a connection abruptly: its will is published. */
  drop(clientId: string): void {
    this.#connections.get(clientId)?.destroy();
  }

  /** From now on nothing passes over this connection, in either direction; neither side is told. */
  freeze(clientId: string): void {
    this.#connections.get(clientId)?.freeze();
  }

  async #open(parameters: OpenParameters, signal: AbortSignal): Promise<MemoryConnection> {
    await Promise.resolve();
    if (this.mode === 'silent') await passed(parameters.timeoutMs, signal);
    if (this.mode !== 'answers' || signal.aborted)
      throw new TransportError('TRANSPORT_UNREACHABLE', 'No broker answered in memory.');
    this.drop(parameters.clientId);
    const connection = new MemoryConnection(parameters, this.#network);
    this.#connections.set(parameters.clientId, connection);
    return connection;
  }

  #publish(topic: string, payload: Uint8Array, retain: boolean): void {
    if (retain) {
      if (payload.byteLength === 0) this.#retained.delete(topic);
      else this.#retained.set(topic, payload);
    }
    for (const connection of this.#connections.values()) {
      if ([...connection.filters].some((filter) => matches(filter, topic)))
        this.#deliver(connection, { topic, payload, retained: false });
    }
  }

  /** To exact filters only, as IoT Core does. */
  #deliverRetained(connection: MemoryConnection, filter: string): void {
    const payload = this.#retained.get(filter);
    if (payload !== undefined) this.#deliver(connection, { topic: filter, payload, retained: true });
  }

  #deliver(connection: MemoryConnection, message: TransportMessage): void {
    if (this.#tamper === undefined) return connection.deliver(message);
    const deliveries = this.#tamper({ ...message, to: connection.clientId });
    if (!(deliveries instanceof Promise)) return this.#deliverAll(deliveries);
    void deliveries.then((late) => this.#deliverAll(late));
  }

  #deliverAll(deliveries: readonly MemoryDelivery[]): void {
    for (const { to, ...message } of deliveries) this.#connections.get(to)?.deliver(message);
  }
}

/** IoT Core's filters: `a/#` matches `a/` and `a/b`, but not `a`. */
function matches(filter: string, topic: string): boolean {
  const levels = topic.split('/');
  const wanted = filter.split('/');
  const open = wanted.at(-1) === '#';
  if (open) wanted.pop();
  if (open ? levels.length <= wanted.length : levels.length !== wanted.length) return false;
  return wanted.every((level, n) => level === '+' || level === levels[n]);
}

function passed(afterMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', settle);
      resolve();
    };
    const timer = setTimeout(settle, afterMs);
    signal.addEventListener('abort', settle);
    if (signal.aborted) settle();
  });
}

import { IOT_CORE } from '../protocol/limits.ts';
import type { Connection, OpenConnection } from './connection.ts';
import {
  type ConnectionState,
  type ConnectOptions,
  type PublishOptions,
  type QualityOfService,
  type Transport,
  TransportError,
  type TransportMessage,
} from './transport.ts';

/** At least one second: IoT Core takes one CONNECT a second per client id. At most half a minute. */
const BACKOFF = { firstMs: 1_000, maxMs: 30_000 } as const;

/** Exponential, with full jitter above the first second: many clients of a broker that restarts must not meet. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(BACKOFF.maxMs, BACKOFF.firstMs * 2 ** (attempt - 1));
  return BACKOFF.firstMs / 2 + random() * (ceiling - BACKOFF.firstMs / 2);
}

/**
 * A transport over connections that come and go. The first connection is made before it resolves and its failure
 * rejects; later ones are made again until `backoffMs` gives up, and restore what was subscribed.
 */
export async function connectWith(open: OpenConnection, options: ConnectOptions): Promise<Transport> {
  const transport = new ReconnectingTransport(open, options);
  await transport.start();
  return transport;
}

class ReconnectingTransport implements Transport {
  readonly #open: OpenConnection;
  readonly #options: ConnectOptions;
  readonly #closing = new AbortController();
  readonly #messageListeners = new Set<(message: TransportMessage) => void>();
  readonly #stateListeners = new Set<(state: ConnectionState) => void>();
  readonly #subscribed = new Map<string, QualityOfService>();
  #state: ConnectionState = { status: 'connecting', attempt: 1 };
  #connection: Connection | undefined;
  #connections = 0;
  #retryTimer: NodeJS.Timeout | undefined;

  constructor(open: OpenConnection, options: ConnectOptions) {
    this.#open = open;
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  async start(): Promise<void> {
    const { signal } = this.#options;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (signal?.aborted) await this.close();
    try {
      await this.#connect();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async publish(
    topic: string,
    payload: Uint8Array,
    { qos = 0, retain = false }: PublishOptions = {},
  ): Promise<void> {
    await this.#live().publish(topic, payload, qos, retain);
  }

  async subscribe(filters: readonly string[], qos: QualityOfService = 0): Promise<void> {
    const connection = this.#live();
    for (const filter of filters) this.#subscribed.set(filter, qos);
    const refused = await subscribeAll(connection, filters, qos);
    if (refused.length === 0) return;
    for (const filter of refused) this.#subscribed.delete(filter);
    throw new TransportError(
      'TRANSPORT_SUBSCRIBE_REFUSED',
      `Expected the broker to grant every subscription, but it refused ${refused.join(', ')}.`,
    );
  }

  async unsubscribe(filters: readonly string[]): Promise<void> {
    for (const filter of filters) this.#subscribed.delete(filter);
    const connection = this.#live();
    for (const batch of batches(filters)) await connection.unsubscribe(batch);
  }

  onMessage(listener: (message: TransportMessage) => void): () => void {
    this.#messageListeners.add(listener);
    return () => this.#messageListeners.delete(listener);
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  async probe(deadlineMs: number): Promise<boolean> {
    const connection = this.#connection;
    if (connection === undefined) return false;
    const alive = await connection.ping(deadlineMs);
    if (!alive) connection.destroy();
    return alive;
  }

  idleMs(): number {
    return this.#connection?.idleMs() ?? Number.POSITIVE_INFINITY;
  }

  async close(): Promise<void> {
    if (this.#state.status === 'closed') return;
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    const connection = this.#connection;
    this.#connection = undefined;
    this.#closing.abort();
    clearTimeout(this.#retryTimer);
    this.#setState({ status: 'closed' });
    this.#messageListeners.clear();
    this.#stateListeners.clear();
    await connection?.end();
  }

  readonly #onAbort = (): void => void this.close();

  #live(): Connection {
    if (this.#connection !== undefined) return this.#connection;
    throw this.#state.status === 'closed'
      ? new TransportError(
          'TRANSPORT_CLOSED',
          'Expected an open connection to the broker, but it was closed.',
        )
      : new TransportError(
          'TRANSPORT_LOST',
          'Expected a connection to the broker, but it was lost; it is being renewed.',
        );
  }

  async #connect(): Promise<void> {
    const { clientId, will, keepAliveSeconds, connectTimeoutMs } = this.#options;
    const number = this.#connections + 1;
    const connection = await this.#open(
      {
        clientId: clientId(number),
        will: will?.(number),
        keepAliveSeconds,
        timeoutMs: connectTimeoutMs,
        onMessage: (message) => {
          // What still comes after close() or over a connection that was given up belongs to nobody.
          if (this.#state.status !== 'closed')
            for (const listener of this.#messageListeners) listener(message);
        },
      },
      this.#closing.signal,
    );
    if (this.#closing.signal.aborted) {
      connection.destroy();
      throw new TransportError(
        'TRANSPORT_CLOSED',
        'Expected an open connection to the broker, but it was closed.',
      );
    }
    await this.#restoreSubscriptions(connection);
    this.#connections = number;
    this.#connection = connection;
    void connection.closed.then((cause) => this.#lost(connection, cause));
    this.#setState({ status: 'connected', connection: number });
  }

  async #restoreSubscriptions(connection: Connection): Promise<void> {
    for (const qos of [0, 1] as const) {
      const filters = [...this.#subscribed].filter(([, wanted]) => wanted === qos).map(([filter]) => filter);
      if (filters.length > 0) await subscribeAll(connection, filters, qos);
    }
  }

  #lost(connection: Connection, cause: unknown): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#retry(1, cause, 0);
  }

  #retry(attempt: number, cause: unknown, afterMs: number): void {
    if (this.#state.status === 'closed') return;
    this.#setState({ status: 'connecting', attempt, cause });
    this.#retryTimer = setTimeout(() => {
      this.#connect().catch((error: unknown) => {
        const next = (this.#options.backoffMs ?? backoff)(attempt);
        if (next === undefined) void this.close();
        else this.#retry(attempt + 1, error, next);
      });
    }, afterMs);
    if (this.#options.unref === true) this.#retryTimer.unref();
  }

  #setState(state: ConnectionState): void {
    this.#state = state;
    for (const listener of [...this.#stateListeners]) listener(state);
  }
}

async function subscribeAll(
  connection: Connection,
  filters: readonly string[],
  qos: QualityOfService,
): Promise<readonly string[]> {
  const refused = await Promise.all(batches(filters).map((batch) => connection.subscribe(batch, qos)));
  return refused.flat();
}

/** IoT Core takes eight filters in one packet. */
function batches(filters: readonly string[]): readonly (readonly string[])[] {
  const size = IOT_CORE.filtersPerSubscribe;
  return Array.from({ length: Math.ceil(filters.length / size) }, (_, n) =>
    filters.slice(n * size, (n + 1) * size),
  );
}

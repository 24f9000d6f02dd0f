import { backoff } from './backoff.ts';
import type { Connection, OpenConnection } from './connection.ts';
import { Subscriptions } from './subscriptions.ts';
import {
  type ConnectionState,
  type ConnectOptions,
  type PublishOptions,
  type QualityOfService,
  type Transport,
  TransportError,
  type TransportMessage,
} from './transport.ts';

/** A connection that ended sooner than this after CONNACK was of no use. */
const SHORT_LIVED_MS = 1_000;

/**
 * A transport over connections that come and go. The first connection is made before it resolves and its failure
 * rejects; later ones are made again until `backoffMs` gives up, and restore what was subscribed. The first attempt is
 * made at once, unless the connections before it ended as soon as they were made.
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
  readonly #subscriptions = new Subscriptions();
  #state: ConnectionState = { status: 'connecting', attempt: 1 };
  #connection: Connection | undefined;
  #connections = 0;
  #connectedAt = 0;
  /** Connections in a row that were of no use: a broker that takes and drops them is not asked without a pause. */
  #shortLived = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;

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
    try {
      if (signal?.aborted) await this.close();
      await this.#connect();
    } catch (error) {
      const reason = this.#reason(error);
      await this.close();
      throw reason;
    }
  }

  publish(topic: string, payload: Uint8Array, options: PublishOptions = {}): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) return Promise.reject(this.#absent());
    return this.#whileOpen(connection.publish(topic, payload, options.qos ?? 0, options.retain ?? false));
  }

  async subscribe(filters: readonly string[], qos: QualityOfService = 0): Promise<void> {
    if (this.#connection === undefined) throw this.#absent();
    await this.#whileOpen(this.#subscriptions.add(this.#connection, filters, qos));
  }

  async unsubscribe(filters: readonly string[]): Promise<void> {
    if (this.#state.status === 'closed') throw this.#absent();
    await this.#whileOpen(this.#subscriptions.remove(this.#connection, filters));
  }

  onMessage(listener: (message: TransportMessage) => void): () => void {
    this.#messageListeners.add(listener);
    return () => void this.#messageListeners.delete(listener);
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => void this.#stateListeners.delete(listener);
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

  close(): Promise<void> {
    if (this.#closed !== undefined) return this.#closed;
    // First of all: a listener that is told below may close it again.
    this.#closed = this.#connection?.end() ?? Promise.resolve();
    this.#connection = undefined;
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    clearTimeout(this.#retryTimer);
    this.#setState({ status: 'closed' });
    this.#messageListeners.clear();
    this.#stateListeners.clear();
    this.#closing.abort();
    return this.#closed;
  }

  readonly #onAbort = (): void => void this.close();

  async #connect(): Promise<void> {
    const { clientId, will, keepAliveSeconds, connectTimeoutMs, unref = false } = this.#options;
    if (this.#closing.signal.aborted) throw this.#absent();
    const number = this.#connections + 1;
    // Held back until 'connected' is said: who starts anew at that word must not have seen them before.
    const early: TransportMessage[] = [];
    let deliver = (message: TransportMessage): void => void early.push(message);
    const connection = await this.#open(
      {
        clientId: clientId(number),
        will: will?.(number),
        keepAliveSeconds,
        timeoutMs: connectTimeoutMs,
        unref,
        onMessage: (message) => deliver(message),
      },
      this.#closing.signal,
    );
    await this.#restore(connection);
    this.#connections = number;
    this.#connection = connection;
    this.#connectedAt = performance.now();
    void connection.closed.then((cause) => this.#lost(connection, cause));
    this.#setState({ status: 'connected', connection: number });
    deliver = (message) => this.#deliver(connection, message);
    for (const message of early) deliver(message);
  }

  /** As a part of the attempt: within the same time, and given up by close(). */
  async #restore(connection: Connection): Promise<void> {
    const giveUp = (): void => connection.destroy();
    const timer = setTimeout(giveUp, this.#options.connectTimeoutMs);
    if (this.#options.unref === true) timer.unref();
    this.#closing.signal.addEventListener('abort', giveUp, { once: true });
    try {
      await this.#subscriptions.restore(connection);
      if (this.#closing.signal.aborted) throw this.#absent();
    } catch (error) {
      giveUp();
      throw error;
    } finally {
      clearTimeout(timer);
      this.#closing.signal.removeEventListener('abort', giveUp);
    }
  }

  #deliver(connection: Connection, message: TransportMessage): void {
    if (this.#connection === connection) for (const listener of this.#messageListeners) listener(message);
    else this.#options.drops?.drop('connection-closed', message.topic);
  }

  #lost(connection: Connection, cause: unknown): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    const pause = this.#shortLived === 0 ? 0 : this.#backoff(this.#shortLived);
    this.#shortLived = performance.now() - this.#connectedAt < SHORT_LIVED_MS ? this.#shortLived + 1 : 0;
    if (pause === undefined) void this.close();
    else this.#retry(1, cause, pause);
  }

  #retry(attempt: number, cause: unknown, afterMs: number): void {
    if (this.#state.status === 'closed') return;
    this.#setState({ status: 'connecting', attempt, cause });
    // A listener may have closed it.
    if (this.#closing.signal.aborted) return;
    this.#retryTimer = setTimeout(() => {
      this.#connect().catch((error: unknown) => {
        const next = this.#backoff(attempt);
        if (next === undefined) void this.close();
        else this.#retry(attempt + 1, error, next);
      });
    }, afterMs);
    if (this.#options.unref === true) this.#retryTimer.unref();
  }

  #backoff(attempt: number): number | undefined {
    return (this.#options.backoffMs ?? backoff)(attempt);
  }

  #setState(state: ConnectionState): void {
    this.#state = state;
    for (const listener of [...this.#stateListeners]) listener(state);
  }

  /** Why there is no connection now. */
  #absent(): TransportError {
    return this.#state.status === 'closed'
      ? new TransportError(
          'TRANSPORT_CLOSED',
          'Expected an open connection to the broker, but it was closed.',
        )
      : new TransportError('TRANSPORT_LOST', 'Expected a connection to the broker, but it is being renewed.');
  }

  /** A wait that close() ends says that it was closed, not how the socket ended. */
  #reason(error: unknown): unknown {
    if (this.#state.status !== 'closed') return error;
    if (error instanceof TransportError && error.code === 'TRANSPORT_CLOSED') return error;
    return new TransportError('TRANSPORT_CLOSED', 'The connection to the broker was closed.', {
      cause: error,
    });
  }

  async #whileOpen(wait: Promise<void>): Promise<void> {
    try {
      await wait;
    } catch (error) {
      throw this.#reason(error);
    }
  }
}

import { IOT_CORE } from '../protocol/limits.ts';
import {
  type ConnectionState,
  type ConnectOptions,
  type PublishOptions,
  type QualityOfService,
  type Transport,
  TransportError,
  type TransportMessage,
} from './transport.ts';

/**
 * A transport over as many connections as its subscriptions need: IoT Core grants 50 to each. The first is the
 * control connection: it publishes everything, and only its will counts.
 */
export async function connectSharded(
  connect: (options: ConnectOptions) => Promise<Transport>,
  options: ConnectOptions,
  subscriptionsPerConnection: number = IOT_CORE.subscriptionsPerConnection,
): Promise<Transport> {
  const control = await connect(options);
  const { will: _, ...plain } = options;
  return new ShardedTransport(control, () => connect(plain), subscriptionsPerConnection);
}

type Shard = { readonly transport: Transport; readonly filters: Set<string> };

class ShardedTransport implements Transport {
  readonly #control: Transport;
  readonly #open: () => Promise<Transport>;
  readonly #limit: number;
  readonly #shards: Shard[];
  readonly #listeners = new Set<(message: TransportMessage) => void>();
  readonly #stateListeners = new Set<(state: ConnectionState) => void>();
  /** Subscribes go one after the other: two at once would each open a connection for the same few filters. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(control: Transport, open: () => Promise<Transport>, limit: number) {
    this.#control = control;
    this.#open = open;
    this.#limit = limit;
    this.#shards = [this.#shard(control)];
  }

  /** The control connection's, unless another one is being renewed: its functions are not heard meanwhile. */
  get state(): ConnectionState {
    const { state } = this.#control;
    if (state.status !== 'connected') return state;
    return (
      this.#shards.find(({ transport }) => transport.state.status !== 'connected')?.transport.state ?? state
    );
  }

  publish(topic: string, payload: Uint8Array, options?: PublishOptions): Promise<void> {
    return this.#control.publish(topic, payload, options);
  }

  subscribe(filters: readonly string[], qos?: QualityOfService): Promise<void> {
    const subscribed = this.#turn.then(() => this.#subscribe(filters, qos));
    this.#turn = subscribed.catch(() => undefined);
    return subscribed;
  }

  async unsubscribe(filters: readonly string[]): Promise<void> {
    await Promise.all(
      this.#shards.map(async ({ transport, filters: held }) => {
        const mine = filters.filter((filter) => held.delete(filter));
        if (mine.length > 0) await transport.unsubscribe(mine);
      }),
    );
  }

  onMessage(listener: (message: TransportMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  async probe(deadlineMs: number): Promise<boolean> {
    const alive = await Promise.all(this.#shards.map(({ transport }) => transport.probe(deadlineMs)));
    return alive.every(Boolean);
  }

  idleMs(): number {
    return this.#control.idleMs();
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    this.#stateListeners.clear();
    // The control connection last: with it the session is gone.
    const [, ...others] = this.#shards;
    await Promise.all(others.map(({ transport }) => transport.close()));
    await this.#control.close();
  }

  async #subscribe(filters: readonly string[], qos: QualityOfService | undefined): Promise<void> {
    const wanted = filters.filter((filter) => !this.#shards.some(({ filters: held }) => held.has(filter)));
    while (wanted.length > 0) {
      const shard = this.#shards.find(({ filters: held }) => held.size < this.#limit) ?? (await this.#grow());
      const batch = wanted.splice(0, this.#limit - shard.filters.size);
      for (const filter of batch) shard.filters.add(filter);
      try {
        await shard.transport.subscribe(batch, qos);
      } catch (error) {
        for (const filter of batch) shard.filters.delete(filter);
        throw error;
      }
    }
  }

  async #grow(): Promise<Shard> {
    const transport = await this.#open();
    if (this.#control.state.status === 'closed') {
      await transport.close();
      throw new TransportError(
        'TRANSPORT_CLOSED',
        'Expected an open connection to the broker, but it was closed.',
      );
    }
    const shard = this.#shard(transport);
    this.#shards.push(shard);
    return shard;
  }

  #shard(transport: Transport): Shard {
    transport.onMessage((message) => {
      for (const listener of this.#listeners) listener(message);
    });
    transport.onState(() => {
      for (const listener of this.#stateListeners) listener(this.state);
    });
    return { transport, filters: new Set() };
  }
}

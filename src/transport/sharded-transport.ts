import { IOT_CORE } from '../protocol/limits.ts';
import { QUOTA_PROFILES, type QuotaProfile } from '../protocol/quota-profile.ts';
import type { Outlet } from './outlet.ts';
import { hasQuotas, type PaceOptions } from './paced-transport.ts';
import { PoolGrowth } from './pool-growth.ts';
import { PublishQueue } from './publish-queue.ts';
import {
  type ConnectionState,
  type ConnectOptions,
  type PublishOptions,
  type QualityOfService,
  type Transport,
  TransportError,
  type TransportMessage,
} from './transport.ts';

export type ShardedOptions = PaceOptions & {
  /** Of the broker. With quotas publishes are paced, and spread over connections when one is not enough. @default none */
  readonly profile?: QuotaProfile;
  /** How many connections publishes may make; subscriptions make as many as they need. @default 4 */
  readonly maxConnections?: number;
  /** @default 50 */
  readonly subscriptionsPerConnection?: number;
};

/**
 * A transport over as many connections as its subscriptions need (IoT Core grants 50 to each) and its publishes (each
 * has quotas of its own). The first is the control connection: it publishes what is retained, and only its will counts.
 */
export async function connectSharded(
  connect: (options: ConnectOptions) => Promise<Transport>,
  options: ConnectOptions,
  sharding: ShardedOptions = {},
): Promise<Transport> {
  const control = await connect(options);
  const { will: _, ...plain } = options;
  const open = (closing: AbortSignal): Promise<Transport> => {
    const signal = plain.signal === undefined ? closing : AbortSignal.any([plain.signal, closing]);
    return connect({ ...plain, signal });
  };
  return new ShardedTransport(control, open, sharding);
}

type Shard = {
  readonly transport: Transport;
  readonly filters: Set<string>;
  readonly outlet: Outlet | undefined;
};

class ShardedTransport implements Transport {
  readonly #control: Transport;
  readonly #open: (closing: AbortSignal) => Promise<Transport>;
  readonly #limit: number;
  readonly #shards: Shard[] = [];
  readonly #queue: PublishQueue | undefined;
  readonly #growth: PoolGrowth;
  readonly #closing = new AbortController();
  readonly #listeners = new Set<(message: TransportMessage) => void>();
  readonly #stateListeners = new Set<(state: ConnectionState) => void>();
  /** Subscribes go one after the other: two at once would each open a connection for the same few filters. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(
    control: Transport,
    open: (closing: AbortSignal) => Promise<Transport>,
    sharding: ShardedOptions,
  ) {
    const { profile = QUOTA_PROFILES.none, maxConnections = 4, onPacing, now } = sharding;
    this.#control = control;
    this.#open = open;
    this.#limit = sharding.subscriptionsPerConnection ?? IOT_CORE.subscriptionsPerConnection;
    this.#growth = new PoolGrowth({
      mayGrow: () => this.#shards.length < maxConnections && control.state.status === 'connected',
      delayMs: () => this.#queue?.delayMs ?? 0,
      grow: async () => void (await this.#grow()),
      shrink: (idleSince) => this.#shrink(idleSince),
      now,
    });
    if (hasQuotas(profile)) {
      this.#queue = new PublishQueue({
        profile,
        onPacing,
        onDelay: (delayMs) => this.#growth.delayed(delayMs),
        now,
      });
    }
    this.#add(control);
  }

  /** The control connection's, unless another one that hears functions is being renewed. */
  get state(): ConnectionState {
    const { state } = this.#control;
    if (state.status !== 'connected') return state;
    const renewed = this.#shards.find(
      ({ transport, filters }) => filters.size > 0 && transport.state.status !== 'connected',
    );
    return renewed?.transport.state ?? state;
  }

  get controlState(): ConnectionState {
    return this.#control.state;
  }

  publish(topic: string, payload: Uint8Array, options?: PublishOptions): Promise<void> {
    return (this.#queue ?? this.#control).publish(topic, payload, options);
  }

  subscribe(filters: readonly string[], qos?: QualityOfService): Promise<void> {
    const subscribed = this.#turn.then(() => this.#subscribe(filters, qos));
    this.#turn = subscribed.catch(() => undefined);
    return subscribed;
  }

  async unsubscribe(filters: readonly string[]): Promise<void> {
    if (this.#control.state.status === 'closed') return await this.#control.unsubscribe(filters);
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
    const probes = this.#shards.map(async ({ transport, filters }) => {
      const alive = await transport.probe(deadlineMs);
      // One that only publishes is renewed when it is dead, and missed by nobody.
      return alive || (transport !== this.#control && filters.size === 0);
    });
    return (await Promise.all(probes)).every(Boolean);
  }

  idleMs(): number {
    return this.#control.idleMs();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    this.#growth.close();
    this.#listeners.clear();
    // The control connection last: with it the session is gone.
    const [, ...others] = this.#shards;
    await Promise.all(others.map(({ transport }) => transport.close()));
    await this.#control.close();
    this.#stateListeners.clear();
  }

  async #subscribe(filters: readonly string[], qos: QualityOfService | undefined): Promise<void> {
    const wanted = filters.filter((filter) => !this.#shards.some(({ filters: held }) => held.has(filter)));
    while (wanted.length > 0) {
      const shard = this.#withRoom() ?? (await this.#grow());
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

  /**
   * The control connection as long as it may subscribe to more: one that only publishes is lost without anybody having to
   * know, one that hears is missed. Else the least loaded that may.
   */
  #withRoom(): Shard | undefined {
    const [first, ...others] = this.#shards.filter(({ filters }) => filters.size < this.#limit);
    if (first?.transport === this.#control) return first;
    return others.reduce(
      (least, shard) => ((shard.outlet?.load ?? 0) < (least?.outlet?.load ?? 0) ? shard : least),
      first,
    );
  }

  async #grow(): Promise<Shard> {
    const transport = await this.#open(this.#closing.signal);
    if (this.#control.state.status !== 'closed') return this.#add(transport);
    await transport.close();
    throw new TransportError(
      'TRANSPORT_CLOSED',
      'Expected an open connection to the broker, but it was closed.',
    );
  }

  #add(transport: Transport): Shard {
    const shard: Shard = { transport, filters: new Set(), outlet: this.#queue?.add(transport) };
    transport.onMessage((message) => {
      for (const listener of this.#listeners) listener(message);
    });
    transport.onState(() => {
      // One that only publishes comes and goes without anybody having to know.
      const quiet = shard.filters.size === 0 || this.#closing.signal.aborted;
      if (quiet && transport !== this.#control) return;
      for (const listener of this.#stateListeners) listener(this.state);
    });
    this.#shards.push(shard);
    return shard;
  }

  /** Closes connections that hear nothing and have published nothing since then; says whether there are others. */
  #shrink(idleSince: number): boolean {
    const extra = this.#shards.filter(
      ({ transport, filters, outlet }) =>
        transport !== this.#control && filters.size === 0 && outlet !== undefined,
    );
    const idle = extra.filter(({ outlet }) => outlet !== undefined && outlet.usedAt < idleSince);
    for (const shard of idle) {
      this.#shards.splice(this.#shards.indexOf(shard), 1);
      if (shard.outlet !== undefined) this.#queue?.remove(shard.outlet);
      void shard.transport.close();
    }
    return extra.length > idle.length;
  }
}

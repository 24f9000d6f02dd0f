import type { DropCounter } from '../protocol/drops.ts';
import type { Holder } from '../protocol/presence.ts';
import type { Timing } from '../protocol/timing.ts';
import type { ConnectOptions, Transport, TransportMessage } from '../transport/transport.ts';
import { DEFAULT_LANE } from './lane.ts';
import type { PresenceWatch } from './presence-watch.ts';

export type BrokerLinkOptions = {
  readonly connect: (options: ConnectOptions) => Promise<Transport>;
  readonly clientId: () => string;
  /** Subscribed before anything is offered. */
  readonly topics: readonly string[];
  readonly timing: Timing;
  readonly drops: DropCounter;
  readonly watch: (transport: Transport) => PresenceWatch;
  /** What is neither presence nor session state. */
  readonly onMessage: (message: TransportMessage) => void;
  readonly onReconnected: () => void;
  readonly onNotice: (text: string) => void;
  readonly now?: () => number;
};

/** IoT Core's longest keep-alive: a frozen environment stays connected as long as it can. */
const KEEP_ALIVE_SECONDS = 1200;

type Connected = { readonly transport: Transport; readonly watch: PresenceWatch };

/**
 * The stub's connection through freezes, thaws and losses, and what it says about who holds a lane. Every wait in it
 * is bounded, and what cannot be known in time counts as "nobody": the deployed handler runs.
 */
export class BrokerLink {
  readonly #options: BrokerLinkOptions;
  readonly #now: () => number;
  #connected: Connected | undefined;
  #connecting: Promise<Connected | undefined> | undefined;
  #triedAt = Number.NEGATIVE_INFINITY;
  #complained = false;
  #closed = false;

  constructor(options: BrokerLinkOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** During init. */
  async prepare(): Promise<void> {
    await this.findHolder(DEFAULT_LANE);
  }

  /** Who holds the lane, when that is known and fresh: no promise, no timer, nothing to wait for. */
  holder(lane: string): Holder | undefined | 'unknown' {
    const connected = this.#connected;
    if (connected === undefined) return this.#mayTry() ? 'unknown' : undefined;
    if (connected.transport.state.status !== 'connected') return this.#mayTry() ? 'unknown' : undefined;
    if (connected.transport.idleMs() > this.#options.timing.trustMs) return 'unknown';
    const state = connected.watch.lane(lane);
    if (state.status === 'unknown') return 'unknown';
    return state.status === 'held' ? state.holder : undefined;
  }

  /** Who holds the lane, by asking. Bounded; never rejects. */
  async findHolder(lane: string): Promise<Holder | undefined> {
    // Socket and timers are unreferenced; without this Node.js could end while an invocation waits here.
    const alive = setTimeout(() => undefined, 2 ** 30);
    try {
      const connected = this.#connected ?? (await this.#connect());
      if (connected === undefined || !(await this.#isFresh(connected.transport))) return undefined;
      if (connected.watch.lane(lane).status === 'unknown') await connected.watch.learn(lane);
      const state = connected.watch.lane(lane);
      return state.status === 'held' ? state.holder : undefined;
    } catch (error) {
      this.#complain(error);
      return undefined;
    } finally {
      clearTimeout(alive);
    }
  }

  /**
   * QoS 0, in order. A connection that is gone drops them: the state machine sends again or gives up by its timers. The
   * signal takes back what still waits.
   */
  publish(topic: string, frames: readonly Uint8Array[], signal?: AbortSignal): void {
    const transport = this.#connected?.transport;
    const lost = (why: unknown): void =>
      this.#options.drops.drop(
        signal?.aborted ? 'invocation-ended' : 'connection-closed',
        `a frame to ${topic}: ${why}`,
      );
    const options = signal && { signal };
    for (const frame of frames) {
      if (transport === undefined) lost('not connected');
      else transport.publish(topic, frame, options).catch(lost);
    }
  }

  /** True when all frames were handed to the socket within the bound; what was not does not leave later. Never rejects. */
  async publishWithin(topic: string, frames: readonly Uint8Array[], boundMs: number): Promise<boolean> {
    const transport = this.#connected?.transport;
    if (transport === undefined) return false;
    // Part of a copy is of no use to anybody, least of all after a thaw.
    const bound = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => {
        resolve(false);
        bound.abort();
      }, boundMs);
    });
    const options = { signal: bound.signal };
    const sent = Promise.all(frames.map((frame) => transport.publish(topic, frame, options))).then(
      () => true,
      // The connection is gone, and the frames with it.
      () => false,
    );
    const inTime = await Promise.race([sent, late]);
    clearTimeout(timer);
    return inTime;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connected = this.#connected ?? (await this.#connecting);
    await connected?.transport.close();
  }

  #mayTry(): boolean {
    return (
      !this.#closed &&
      (this.#connecting !== undefined || this.#now() - this.#triedAt >= this.#options.timing.reconnectMs)
    );
  }

  async #connect(): Promise<Connected | undefined> {
    if (!this.#mayTry()) return undefined;
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined;
    });
    return await this.#connecting;
  }

  async #open(): Promise<Connected | undefined> {
    const { connect, clientId, timing, topics, watch: createWatch, onMessage } = this.#options;
    this.#triedAt = this.#now();
    // Only until it is ready: aborted later, it would close.
    const bound = new AbortController();
    const timer = setTimeout(() => bound.abort(), timing.connectMs);
    let transport: Transport | undefined;
    try {
      transport = await connect({
        clientId,
        keepAliveSeconds: KEEP_ALIVE_SECONDS,
        connectTimeoutMs: timing.connectMs,
        signal: bound.signal,
        drops: this.#options.drops,
      });
      const watch = createWatch(transport);
      transport.onMessage((message) => {
        if (!watch.accept(message)) onMessage(message);
      });
      transport.onState((state) => {
        if (state.status === 'connecting') watch.forget();
        if (state.status !== 'connected') return;
        this.#complained = false;
        this.#options.onReconnected();
      });
      await transport.subscribe(topics);
      this.#complained = false;
      this.#connected = { transport, watch };
      return this.#connected;
    } catch (error) {
      this.#complain(error);
      // Half open it would reconnect for ever, beside the one of the next try.
      await transport?.close();
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** After a freeze the socket may be dead without anybody having said so: it is asked. */
  async #isFresh(transport: Transport): Promise<boolean> {
    const { timing } = this.#options;
    if (transport.state.status === 'connected') {
      if (transport.idleMs() <= timing.trustMs || (await transport.probe(timing.checkMs))) return true;
    }
    if (!this.#mayTry()) return false;
    const connected = await isConnected(transport, timing.connectMs);
    if (!connected) {
      this.#triedAt = this.#now();
      this.#complain(new Error('the connection was lost and is not back yet'));
    }
    return connected;
  }

  /** One line, until it works again. */
  #complain(error: unknown): void {
    if (this.#complained || this.#closed) return;
    this.#complained = true;
    const why = error instanceof Error ? error.message : String(error);
    this.#options.onNotice(`llx: the broker cannot be reached, the deployed handler runs (${why})`);
  }
}

async function isConnected(transport: Transport, withinMs: number): Promise<boolean> {
  if (transport.state.status === 'connected') return true;
  return await new Promise((resolve) => {
    const settle = (connected: boolean): void => {
      clearTimeout(timer);
      remove();
      resolve(connected);
    };
    const timer = setTimeout(() => settle(false), withinMs);
    const remove = transport.onState((state) => {
      if (state.status === 'connected') settle(true);
      if (state.status === 'closed') settle(false);
    });
  });
}

import { randomBytes } from 'node:crypto';
import type { DropCounter } from '../protocol/drops.ts';
import { PeerKeys } from '../protocol/peer-keys.ts';
import { describeHolder, type Holder, type HolderIdentity } from '../protocol/presence.ts';
import type { QuotaProfile } from '../protocol/quota-profile.ts';
import { generateKeyPair } from '../protocol/seal.ts';
import { TIMING, type Timing } from '../protocol/timing.ts';
import { inTopic } from '../protocol/topics.ts';
import type { FunctionSpec, Runtime } from '../runtime/invocation.ts';
import { type ReadRetained, readRetainedBySubscription } from '../transport/read-retained.ts';
import { watchSleep } from '../transport/sleep-watch.ts';
import type { ConnectionState, ConnectOptions, Transport, TransportMessage } from '../transport/transport.ts';
import { watchBuilds } from './build-watch.ts';
import { Dispatcher, type OnCredentials } from './dispatcher.ts';
import { type HeldLane, heldTexts, laneHeld } from './held-lanes.ts';
import { Leases } from './leases.ts';
import { offlineWill, SessionPresence } from './session-presence.ts';
import type { SessionStore } from './store.ts';
import { TakenLanes } from './taken-lanes.ts';

export type SessionOptions = {
  readonly connect: (options: ConnectOptions) => Promise<Transport>;
  readonly runtime: Runtime;
  readonly functions: readonly FunctionSpec[];
  readonly lane: string;
  /** Whose it is, for people, as `isHolderName` takes it. @default only its id is told */
  readonly name?: string;
  /** Takes a lane that another session holds. */
  readonly takeover: boolean;
  readonly store: SessionStore;
  readonly drops: DropCounter;
  /** @default by subscription, with a bound */
  readonly readRetained?: ReadRetained;
  readonly timing?: Timing;
  /** `observe`: the deployed handlers run, and this session sees copies of what they did. @default 'serve' */
  readonly mode?: 'serve' | 'observe';
  /** Takes the credentials of a function's role; where it is given, the stubs are asked to send them with each offer. */
  readonly onCredentials?: OnCredentials;
  /** The broker's: an answer that cannot pass it in time becomes an error that says so. @default none */
  readonly quotas?: QuotaProfile;
};

/** Noticed by the broker after one and a half of it: short, so that a dead laptop does not hold a lane for long. */
const KEEP_ALIVE_SECONDS = 30;
const CONNECT_TIMEOUT_MS = 10_000;
/** A PINGREQ that is not answered for so long ends the connection: longer than any network takes. */
const PING_MS = 10_000;
/** How long a leaving session takes to say so. */
const LEAVE_MS = 1_500;

/**
 * One running llx of one developer: holds the lane of its functions, takes their invocations and answers them.
 * Everything that happens is an event in the store.
 */
export class Session {
  readonly id = randomBytes(12).toString('base64url');
  readonly #options: SessionOptions;
  readonly #keys = new PeerKeys(generateKeyPair(), 'session');
  readonly #specs: ReadonlyMap<string, FunctionSpec>;
  readonly #dispatcher: Dispatcher;
  readonly #taken: TakenLanes;
  readonly #unsubscribe: (() => void)[] = [];
  #transport: Transport | undefined;
  #presence: SessionPresence | undefined;
  #leases: Leases | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#specs = new Map(options.functions.map((spec) => [spec.name, spec]));
    this.#dispatcher = new Dispatcher({
      runtime: options.runtime,
      keys: this.#keys,
      store: options.store,
      drops: options.drops,
      timing: options.timing ?? TIMING,
      publish: (topic, frames, signal) => this.#publish(topic, frames, signal),
      mode: options.mode,
      quotas: options.quotas,
      onCredentials: options.onCredentials,
    });
    this.#taken = new TakenLanes({
      lane: options.lane,
      notice: (text) => options.store.dispatch({ type: 'notice', level: 'warning', text, about: 'lanes' }),
    });
  }

  /**
   * Connects, takes the lanes, and serves. Rejects with LLX_LANE_HELD when other sessions hold all of them.
   */
  async start(signal?: AbortSignal): Promise<void> {
    const { store, runtime, lane, drops } = this.#options;
    // Only until it is connected: aborted later, it would leave without a goodbye.
    const connecting = new AbortController();
    const abort = (): void => connecting.abort();
    signal?.addEventListener('abort', abort, { once: true });
    const transport = await this.#options.connect({
      clientId: () => `llx-session-${this.id}-${randomBytes(4).toString('hex')}`,
      will: (connection) => offlineWill(this.id, connection),
      keepAliveSeconds: KEEP_ALIVE_SECONDS,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      signal: connecting.signal,
      drops,
    });
    signal?.removeEventListener('abort', abort);
    this.#transport = transport;
    this.#presence = new SessionPresence({
      sessionId: this.id,
      transport,
      drops,
      onProblem: (error) => this.#cannotSay(error),
    });
    this.#leases = new Leases({
      transport,
      readRetained:
        this.#options.readRetained ??
        readRetainedBySubscription(transport, (this.#options.timing ?? TIMING).presenceMs),
      lane,
      ours: this.#describe(),
      drops,
      onTaken: (arn, by) => this.#laneTaken(arn, by),
    });
    this.#unsubscribe.push(
      transport.onMessage((message) => this.#receive(message)),
      transport.onState((state) => this.#connectionChanged(state)),
      watchSleep(transport),
      watchBuilds({ runtime, store, specs: this.#specs, holds: (arn) => this.#leases?.holds(arn) === true }),
    );
    store.dispatch({ type: 'connection', state: transport.state });
    for (const { name, arn } of this.#specs.values()) {
      store.dispatch({ type: 'function', name, arn, state: { status: 'off' } });
    }
    await this.#presence.start();
    const states = await Promise.all(
      [...this.#specs.values()].map((spec) => this.#serve(spec, this.#options.takeover)),
    );
    const held = states.filter((state) => state !== undefined);
    if (held.length > 0 && held.length === states.length) throw laneHeld(lane, held);
    for (const text of heldTexts(lane, held))
      store.dispatch({ type: 'notice', level: 'warning', text, about: 'lanes' });
  }

  #describe(): Holder {
    const { name, mode, onCredentials } = this.#options;
    return describeHolder({
      sessionId: this.id,
      publicKey: this.#keys.own.publicKey,
      since: new Date(),
      ...(name === undefined ? {} : { name }),
      ...(mode === undefined ? {} : { mode }),
      takesCredentials: onCredentials !== undefined,
    });
  }

  /** Takes or leaves the lane of one function, at once. `takeover`: also when another session holds it. */
  async serve(name: string, on: boolean, options: { readonly takeover?: boolean } = {}): Promise<void> {
    const spec = this.#specs.get(name);
    if (spec === undefined) return;
    if (on) await this.#serve(spec, options.takeover ?? this.#options.takeover);
    else await this.#leave(spec);
  }

  /** Milliseconds to the broker and back; undefined while there is no connection. */
  async roundTrip(): Promise<number | undefined> {
    const transport = this.#transport;
    if (transport?.state.status !== 'connected') return undefined;
    const began = performance.now();
    return (await transport.probe(PING_MS)) ? performance.now() - began : undefined;
  }

  /** Gives the lanes back, ends what runs with `Llx.Cancelled`, and leaves. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #serve(spec: FunctionSpec, takeover: boolean): Promise<HeldLane | undefined> {
    const transport = this.#transport;
    const leases = this.#leases;
    if (transport === undefined || leases === undefined) return undefined;
    const topic = inTopic(spec.arn, this.id);
    // Before the presence: an offer may follow it at once.
    this.#dispatcher.serve(topic, spec);
    await transport.subscribe([topic]);
    const lease = await leases.acquire(spec.arn, { takeover });
    const { store } = this.#options;
    if (lease.status === 'ours') {
      // Taken again by somebody else while we took it: they have been told apart already.
      if (!leases.holds(spec.arn)) return undefined;
      store.dispatch({ type: 'function', name: spec.name, arn: spec.arn, state: { status: 'serving' } });
      return undefined;
    }
    this.#dispatcher.leave(topic);
    await transport.unsubscribe([topic]);
    store.dispatch({ type: 'function', name: spec.name, arn: spec.arn, state: lease });
    return { functionName: spec.name, by: lease };
  }

  async #leave(spec: FunctionSpec): Promise<void> {
    const topic = inTopic(spec.arn, this.id);
    // First the word, then the ear: an offer on its way is refused, not lost.
    await this.#leases?.release(spec.arn);
    this.#dispatcher.leave(topic);
    await this.#transport?.unsubscribe([topic]);
    this.#options.store.dispatch({
      type: 'function',
      name: spec.name,
      arn: spec.arn,
      state: { status: 'off' },
    });
  }

  #laneTaken(arn: string, by: HolderIdentity): void {
    const spec = [...this.#specs.values()].find((candidate) => candidate.arn === arn);
    if (spec === undefined) return;
    this.#dispatcher.leave(inTopic(arn, this.id));
    this.#options.store.dispatch({
      type: 'function',
      name: spec.name,
      arn,
      state: { status: 'held', ...by },
    });
    this.#taken.add(spec.name, by);
  }

  #receive(message: TransportMessage): void {
    if (this.#dispatcher.receive(message)) return;
    if (this.#leases?.accept(message)) return;
    if (this.#presence?.accept(message)) return;
    this.#options.drops.drop('topic-foreign', message.topic);
  }

  #connectionChanged(state: ConnectionState): void {
    this.#options.store.dispatch({ type: 'connection', state });
    if (state.status !== 'connected' || state.connection === 1) return;
    this.#comeBack().catch((error: unknown) => this.#cannotSay(error));
  }

  async #comeBack(): Promise<void> {
    await this.#presence?.sayOnline();
    await this.#leases?.renew();
  }

  /** The connection is gone again: the next one says it. */
  #cannotSay(error: unknown): void {
    const text = `After a reconnect the session could not say that it is there: ${String(error)}`;
    this.#options.store.dispatch({ type: 'notice', level: 'warning', text });
  }

  #publish(topic: string, frames: readonly Uint8Array[], signal?: AbortSignal): void {
    const transport = this.#transport;
    if (transport === undefined) return;
    const options = signal && { signal };
    for (const frame of frames) {
      // The stub asks again (query, missing) for what did not reach it.
      transport.publish(topic, frame, options).catch((error: unknown) => {
        const reason = signal?.aborted ? 'invocation-ended' : 'connection-closed';
        this.#options.drops.drop(reason, `a frame to ${topic}: ${String(error)}`);
      });
    }
  }

  async #close(): Promise<void> {
    for (const remove of this.#unsubscribe.splice(1)) remove();
    const transport = this.#transport;
    if ((transport?.controlState ?? transport?.state)?.status === 'connected') {
      const left = this.#sayGoodbye().catch((error: unknown) => {
        this.#options.store.dispatch({ type: 'notice', level: 'warning', text: `Leaving: ${String(error)}` });
      });
      await Promise.race([left, new Promise((resolve) => setTimeout(resolve, LEAVE_MS).unref())]);
    }
    this.#dispatcher.close();
    this.#taken.close();
    this.#presence?.close();
    this.#leases?.close();
    for (const remove of this.#unsubscribe.splice(0)) remove();
    await transport?.close();
  }

  async #sayGoodbye(): Promise<void> {
    this.#dispatcher.leaveAll();
    this.#dispatcher.cancelAll();
    // One word that frees every lane at once. Said after the lanes' own, it may come too late for the bound: there is one
    // of those for each function, paced, and a session that is said to be online keeps all that are still named.
    await this.#presence?.leave();
    await this.#leases?.releaseAll();
  }
}

import type { DropCounter } from '../protocol/drops.ts';
import {
  decodePresence,
  decodeSessionState,
  type Holder,
  type Presence,
  speaksOurVersion,
} from '../protocol/presence.ts';
import type { Timing } from '../protocol/timing.ts';
import { parseTopic, presenceTopic, sessionTopic } from '../protocol/topics.ts';
import type { ReadRetained } from '../transport/read-retained.ts';
import type { Transport, TransportMessage } from '../transport/transport.ts';
import { DEFAULT_LANE } from './lane.ts';

export type LaneState =
  | { readonly status: 'unknown' }
  | { readonly status: 'nobody' }
  | { readonly status: 'held'; readonly holder: Holder };

type Lane = {
  presence: Presence | undefined;
  subscribed: boolean;
  /** Runs while somebody waits to know more. */
  learning: Promise<void> | undefined;
  told: (() => void) | undefined;
};
type SessionEntry = { connection: number; online: boolean | undefined };

/** Lanes whose presence is subscribed: each costs two of IoT Core's 50 subscriptions. */
const LANES = 16;

/**
 * What the stub knows about who holds which lane of its function, kept current by retained messages.
 * Every lane is subscribed by its exact topic: IoT Core delivers retained messages to no other filter.
 */
export class PresenceWatch {
  readonly #transport: Transport;
  readonly #arn: string;
  readonly #timing: Timing;
  readonly #drops: DropCounter;
  readonly #readRetained: ReadRetained | undefined;
  readonly #onSession: (sessionId: string, online: boolean) => void;
  /** In order of use, the latest last. */
  readonly #lanes = new Map<string, Lane>();
  readonly #sessions = new Map<string, SessionEntry>();

  constructor(options: {
    readonly transport: Transport;
    readonly arn: string;
    readonly timing: Timing;
    readonly drops: DropCounter;
    readonly readRetained?: ReadRetained | undefined;
    readonly onSession: (sessionId: string, online: boolean) => void;
  }) {
    this.#transport = options.transport;
    this.#arn = options.arn;
    this.#timing = options.timing;
    this.#drops = options.drops;
    this.#readRetained = options.readRetained;
    this.#onSession = options.onSession;
  }

  /** What is known now. `unknown`: call `learn`. */
  lane(name: string): LaneState {
    const lane = this.#lanes.get(name);
    if (lane?.presence === undefined) return { status: 'unknown' };
    if (name !== DEFAULT_LANE) this.#touch(name, lane);
    const { presence } = lane;
    if (presence.sessionId === null) return { status: 'nobody' };
    const session = this.#sessions.get(presence.sessionId);
    if (session?.online === undefined) return { status: 'unknown' };
    // A holder of another version cannot be offered anything: as if it were not there.
    return session.online && speaksOurVersion(presence)
      ? { status: 'held', holder: presence }
      : { status: 'nobody' };
  }

  /**
   * Subscribes the lane and waits, bounded, until its state is known. Silence then counts as "nobody": the
   * subscription stays, so whoever comes is seen.
   */
  async learn(name: string): Promise<void> {
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { presence: undefined, subscribed: false, learning: undefined, told: undefined };
      this.#lanes.set(name, lane);
      this.#evict();
    } else {
      this.#touch(name, lane);
    }
    const learned = lane;
    learned.learning ??= this.#learn(name, learned).finally(() => {
      learned.learning = undefined;
    });
    await learned.learning;
  }

  /** The connection is lost: everything may change meanwhile. With the next one the broker sends it all again. */
  forget(): void {
    for (const lane of this.#lanes.values()) lane.presence = undefined;
    for (const session of this.#sessions.values()) session.online = undefined;
  }

  /** True when the message was one of presence or session state. */
  accept(message: TransportMessage): boolean {
    const topic = parseTopic(message.topic);
    if (topic?.type === 'presence' && topic.arn === this.#arn) {
      this.#acceptPresence(topic.lane, message.payload);
      return true;
    }
    if (topic?.type === 'session') {
      this.#acceptState(topic.sessionId, message.payload);
      return true;
    }
    return false;
  }

  /** In order of use: a lane that a caller named once goes before one that is used. */
  #touch(name: string, lane: Lane): void {
    this.#lanes.delete(name);
    this.#lanes.set(name, lane);
  }

  async #learn(name: string, lane: Lane): Promise<void> {
    const deadline = AbortSignal.timeout(this.#timing.presenceMs);
    const told = new Promise<void>((resolve) => {
      lane.told = resolve;
      deadline.addEventListener('abort', () => resolve(), { once: true });
    });
    if (!lane.subscribed) {
      const subscribed = this.#transport.subscribe([presenceTopic(this.#arn, name)], 1).then(() => {
        lane.subscribed = true;
      });
      // Bounded as well: a connection may be dead without anybody having said so.
      await Promise.race([subscribed, aborted(deadline)]);
      subscribed.catch(() => undefined);
    }
    // Whichever says it first: the broker, or the call.
    if (lane.presence === undefined) await Promise.race([this.#read(name, lane, deadline), told]);
    // Told in the meantime: `told` was called before it could be waited for, which is the same.
    if (this.lane(name).status === 'unknown') await told;
    lane.told = undefined;
    lane.presence ??= { sessionId: null };
    const { sessionId } = lane.presence;
    // "A missing state is offline": the will of a holder that is gone may have been cleared by the next one.
    if (sessionId !== null) this.#session(sessionId).online ??= false;
  }

  async #read(name: string, lane: Lane, signal: AbortSignal): Promise<void> {
    const read = this.#readRetained;
    if (read === undefined) return;
    try {
      const payload = await read(presenceTopic(this.#arn, name), signal);
      if (lane.presence !== undefined) return;
      if (payload === undefined) {
        lane.presence = { sessionId: null };
        lane.told?.();
      } else {
        this.#acceptPresence(name, payload);
      }
    } catch {
      // The subscription still delivers within its bound; the read only makes "nobody" known sooner.
    }
  }

  #acceptPresence(name: string, payload: Uint8Array): void {
    const lane = this.#lanes.get(name);
    const presence = decodePresence(payload);
    if (lane === undefined) return this.#drops.drop('topic-foreign', `presence of lane ${name}`);
    if (presence === undefined) return this.#drops.drop('presence-malformed', `presence of lane ${name}`);
    lane.presence = presence;
    if (presence.sessionId === null) {
      lane.told?.();
      return;
    }
    if (this.#sessions.get(presence.sessionId)?.online !== undefined) {
      lane.told?.();
      return;
    }
    void this.#watchSession(presence.sessionId);
  }

  async #watchSession(sessionId: string): Promise<void> {
    this.#session(sessionId);
    const topic = sessionTopic(sessionId);
    try {
      await this.#transport.subscribe([topic], 1);
      if (this.#readRetained === undefined) return;
      const payload = await this.#readRetained(topic, AbortSignal.timeout(this.#timing.presenceMs));
      if (this.#session(sessionId).online !== undefined) return;
      this.#acceptState(sessionId, payload ?? new Uint8Array());
    } catch {
      // Not connected any more: the reconnect starts over; until then the lane stays unknown, within its bound.
    }
  }

  #acceptState(sessionId: string, payload: Uint8Array): void {
    const entry = this.#sessions.get(sessionId);
    if (entry === undefined)
      return this.#drops.drop('topic-foreign', 'state of a session that holds nothing here');
    // An empty one is the session's own goodbye, or its successor's clean-up: offline, whichever connection it was.
    const state =
      payload.byteLength === 0
        ? ({ state: 'offline', connection: entry.connection } as const)
        : decodeSessionState(payload);
    if (state === undefined) return this.#drops.drop('presence-malformed', `state of session ${sessionId}`);
    // The will of an earlier connection may arrive after the "online" of the next one.
    if (state.connection < entry.connection)
      return this.#drops.drop('presence-stale', `state of session ${sessionId}`);
    entry.connection = state.connection;
    const online = state.state === 'online';
    const changed = entry.online !== online;
    entry.online = online;
    if (changed) this.#onSession(sessionId, online);
    for (const lane of this.#lanes.values()) if (lane.presence?.sessionId === sessionId) lane.told?.();
  }

  #session(sessionId: string): SessionEntry {
    let entry = this.#sessions.get(sessionId);
    if (entry === undefined) {
      entry = { connection: 0, online: undefined };
      this.#sessions.set(sessionId, entry);
      this.#forgetSessions();
    }
    return entry;
  }

  #evict(): void {
    for (const name of this.#lanes.keys()) {
      if (this.#lanes.size <= LANES) return;
      if (name === DEFAULT_LANE) continue;
      this.#lanes.delete(name);
      this.#unsubscribe(presenceTopic(this.#arn, name));
    }
  }

  /** Sessions that hold no lane any more. */
  #forgetSessions(): void {
    if (this.#sessions.size <= LANES) return;
    const holding = new Set([...this.#lanes.values()].map((lane) => lane.presence?.sessionId));
    for (const sessionId of this.#sessions.keys()) {
      if (holding.has(sessionId)) continue;
      this.#sessions.delete(sessionId);
      this.#unsubscribe(sessionTopic(sessionId));
    }
  }

  #unsubscribe(topic: string): void {
    // A connection that is gone has no subscriptions: nothing is left to undo.
    this.#transport.unsubscribe([topic]).catch(() => undefined);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

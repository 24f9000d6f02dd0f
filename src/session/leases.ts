import type { DropCounter } from '../protocol/drops.ts';
import { decodePresence, decodeSessionState, encodePresence, type Holder } from '../protocol/presence.ts';
import { parseTopic, presenceTopic, sessionTopic } from '../protocol/topics.ts';
import type { ReadRetained } from '../transport/read-retained.ts';
import type { Transport, TransportMessage } from '../transport/transport.ts';

export type LeaseState =
  | { readonly status: 'ours' }
  | { readonly status: 'held'; readonly sessionId: string; readonly since: string };

/** How long a retained message may take to be read. */
const READ_MS = 5_000;

const NOBODY = encodePresence({ sessionId: null });
const EMPTY = new Uint8Array();

/**
 * A session's hold on one lane of its functions, kept as retained presence. A lane belongs to the session that its
 * presence names, as long as that session's state reads online.
 */
export class Leases {
  readonly #transport: Transport;
  readonly #readRetained: ReadRetained;
  readonly #lane: string;
  readonly #ours: Holder;
  readonly #drops: DropCounter;
  readonly #onTaken: (arn: string, by: { readonly sessionId: string; readonly since: string }) => void;
  readonly #held = new Set<string>();

  constructor(options: {
    readonly transport: Transport;
    readonly readRetained: ReadRetained;
    readonly lane: string;
    readonly ours: Holder;
    readonly drops: DropCounter;
    /** Another session has taken the lane of a function that was ours. */
    readonly onTaken: (arn: string, by: { readonly sessionId: string; readonly since: string }) => void;
  }) {
    this.#transport = options.transport;
    this.#readRetained = options.readRetained;
    this.#lane = options.lane;
    this.#ours = options.ours;
    this.#drops = options.drops;
    this.#onTaken = options.onTaken;
  }

  holds(arn: string): boolean {
    return this.#held.has(arn);
  }

  /** Takes the lane of a function, unless another session that is online holds it and `takeover` is false. */
  async acquire(arn: string, options: { readonly takeover: boolean }): Promise<LeaseState> {
    const holder = await this.#holder(arn);
    if (holder !== undefined && holder.sessionId !== this.#ours.sessionId) {
      const online = await this.#isOnline(holder.sessionId);
      if (online && !options.takeover) {
        return { status: 'held', sessionId: holder.sessionId, since: holder.since };
      }
      if (!online) await this.#clearState(holder.sessionId);
    }
    this.#held.add(arn);
    await this.#transport.subscribe([presenceTopic(arn, this.#lane)], 1);
    await this.#publish(arn, encodePresence(this.#ours));
    return { status: 'ours' };
  }

  /** Says aloud that nobody holds the lane any more: the next invocation runs the deployed handler at once. */
  async release(arn: string): Promise<void> {
    if (!this.#held.delete(arn)) return;
    await this.#transport.unsubscribe([presenceTopic(arn, this.#lane)]);
    await this.#publish(arn, NOBODY);
  }

  async releaseAll(): Promise<void> {
    await Promise.all([...this.#held].map((arn) => this.release(arn)));
  }

  /** True when the message was a presence. */
  accept(message: TransportMessage): boolean {
    const topic = parseTopic(message.topic);
    if (topic?.type !== 'presence') return false;
    const presence = decodePresence(message.payload);
    if (presence === undefined) {
      this.#drops.drop('presence-malformed', `presence of ${topic.arn}`);
      return true;
    }
    if (topic.lane !== this.#lane || !this.#held.has(topic.arn)) return true;
    if (presence.sessionId === this.#ours.sessionId) return true;
    // The presence before ours, delivered because of the subscribe, which ours has overwritten by now.
    if (message.retained) return true;
    if (presence.sessionId === null) {
      // A predecessor that left late. Ours is the truth: say it again.
      void this.#publish(topic.arn, encodePresence(this.#ours)).catch(() => undefined);
      return true;
    }
    this.#held.delete(topic.arn);
    this.#onTaken(topic.arn, { sessionId: presence.sessionId, since: presence.since });
    return true;
  }

  async #holder(arn: string): Promise<Holder | undefined> {
    const payload = await this.#readRetained(presenceTopic(arn, this.#lane), AbortSignal.timeout(READ_MS));
    if (payload === undefined) return undefined;
    const presence = decodePresence(payload);
    if (presence === undefined) this.#drops.drop('presence-malformed', `retained presence of ${arn}`);
    return presence === undefined || presence.sessionId === null ? undefined : presence;
  }

  /** A missing state is offline. */
  async #isOnline(sessionId: string): Promise<boolean> {
    const payload = await this.#readRetained(sessionTopic(sessionId), AbortSignal.timeout(READ_MS));
    return payload !== undefined && decodeSessionState(payload)?.state === 'online';
  }

  /** Dead sessions leave no rubbish behind: their successor clears it. */
  async #clearState(sessionId: string): Promise<void> {
    await this.#transport.publish(sessionTopic(sessionId), EMPTY, { qos: 1, retain: true });
  }

  async #publish(arn: string, payload: Uint8Array): Promise<void> {
    await this.#transport.publish(presenceTopic(arn, this.#lane), payload, { qos: 1, retain: true });
  }
}

import type { DropCounter } from '../protocol/drops.ts';
import {
  decodePresence,
  decodeSessionState,
  encodePresence,
  type Holder,
  type HolderIdentity,
} from '../protocol/presence.ts';
import { parseTopic, presenceTopic, sessionTopic } from '../protocol/topics.ts';
import type { ReadRetained } from '../transport/read-retained.ts';
import type { Transport, TransportMessage } from '../transport/transport.ts';
import { SaidUntilHeard } from './said-until-heard.ts';

export type LeaseState = { readonly status: 'ours' } | ({ readonly status: 'held' } & HolderIdentity);

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
  readonly #onTaken: (arn: string, by: HolderIdentity) => void;
  readonly #said: SaidUntilHeard;
  /** Topics on which "nobody" is being said. */
  readonly #leaving = new Set<string>();
  /** By ARN: whether our own presence has come back, which is when it is certainly the latest. */
  readonly #held = new Map<string, { confirmed: boolean }>();

  constructor(options: {
    readonly transport: Transport;
    readonly readRetained: ReadRetained;
    readonly lane: string;
    readonly ours: Holder;
    readonly drops: DropCounter;
    /** Another session has taken the lane of a function that was ours. */
    readonly onTaken: (arn: string, by: HolderIdentity) => void;
  }) {
    this.#transport = options.transport;
    this.#readRetained = options.readRetained;
    this.#lane = options.lane;
    this.#ours = options.ours;
    this.#drops = options.drops;
    this.#onTaken = options.onTaken;
    this.#said = new SaidUntilHeard({
      publish: (topic, payload) => options.transport.publish(topic, payload, { qos: 1, retain: true }),
    });
  }

  holds(arn: string): boolean {
    return this.#held.has(arn);
  }

  /**
   * Takes the lane of a function, unless another session that is online holds it and `takeover` is false. Two that take it
   * at the same moment both get it here; the broker's order of their presences decides, and `onTaken` tells the earlier.
   */
  async acquire(arn: string, options: { readonly takeover: boolean }): Promise<LeaseState> {
    const holder = await this.#holder(arn);
    if (holder !== undefined && holder.sessionId !== this.#ours.sessionId) {
      const online = await this.#isOnline(holder.sessionId);
      if (online && !options.takeover) {
        return { status: 'held', ...identityOf(holder) };
      }
      if (!online) await this.#clearState(holder.sessionId);
    }
    this.#held.set(arn, { confirmed: false });
    await this.#transport.subscribe([presenceTopic(arn, this.#lane)], 1);
    await this.#sayOurs(arn);
    return { status: 'ours' };
  }

  /** After a reconnect: another session may have taken a lane meanwhile, or the broker may have lost what it retained. */
  async renew(): Promise<void> {
    await Promise.all(
      [...this.#held.keys()].map(async (arn) => {
        const holder = await this.#holder(arn);
        if (holder?.sessionId === this.#ours.sessionId) return;
        if (holder !== undefined && (await this.#isOnline(holder.sessionId))) return this.#taken(arn, holder);
        this.#held.set(arn, { confirmed: false });
        await this.#sayOurs(arn);
      }),
    );
  }

  /**
   * Says aloud that nobody holds the lane any more: the next invocation runs the deployed handler at once. Rejects when
   * that cannot be said; then the lane is still held.
   */
  async release(arn: string): Promise<void> {
    const lease = this.#held.get(arn);
    if (lease === undefined) return;
    this.#held.delete(arn);
    const topic = presenceTopic(arn, this.#lane);
    this.#leaving.add(topic);
    try {
      await this.#said.say(topic, NOBODY).catch((error: unknown) => {
        // It still reads ours: the next connection renews it, and it can be given back again.
        this.#held.set(arn, lease);
        throw error;
      });
      await this.#transport.unsubscribe([topic]);
    } finally {
      this.#said.heard(topic);
      this.#leaving.delete(topic);
    }
  }

  /** Nothing is said any more. */
  close(): void {
    this.#said.close();
  }

  async releaseAll(): Promise<void> {
    await Promise.all([...this.#held.keys()].map((arn) => this.release(arn)));
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
    if (this.#leaving.has(message.topic)) {
      if (presence.sessionId === null) this.#said.heard(message.topic);
      return true;
    }
    const lease = topic.lane === this.#lane ? this.#held.get(topic.arn) : undefined;
    if (lease === undefined) {
      this.#drops.drop(
        'topic-foreign',
        `presence of lane ${topic.lane} of ${topic.arn}, which is not held here`,
      );
    } else if (presence.sessionId === this.#ours.sessionId) {
      lease.confirmed = true;
      this.#said.heard(message.topic);
    } else if (lease.confirmed) {
      if (presence.sessionId === null) this.#sayAgain(topic.arn);
      else this.#taken(topic.arn, presence);
    }
    // Not confirmed: it is older than ours, which the broker has not sent back yet.
    return true;
  }

  #taken(arn: string, by: Holder): void {
    this.#said.heard(presenceTopic(arn, this.#lane));
    if (this.#held.delete(arn)) this.#onTaken(arn, identityOf(by));
  }

  /** A predecessor left late and said "nobody" over ours. */
  #sayAgain(arn: string): void {
    this.#sayOurs(arn).catch((error: unknown) => {
      // With the next connection the lanes are renewed.
      this.#drops.drop('connection-closed', `presence of ${arn}: ${String(error)}`);
    });
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

  async #sayOurs(arn: string): Promise<void> {
    await this.#said.say(presenceTopic(arn, this.#lane), encodePresence(this.#ours));
  }
}

function identityOf({ sessionId, since, name }: Holder): HolderIdentity {
  return { sessionId, since, ...(name === undefined ? {} : { name }) };
}

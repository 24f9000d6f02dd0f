import type { QuotaProfile } from '../protocol/quota-profile.ts';

/** Of publishes, what is left to the other side: it spends from the same quota, and is discarded when nothing is left. */
const OWN_SHARE = 0.9;

/** Longer than the broker's second: what leaves evenly may arrive closer together. */
const WINDOW_MS = 1_050;

/** Never more than a second of bytes before a large one may go, so that a small one behind it is not late. */
const LARGE_BACKLOG_MS = 500;
/** Small ones may go beyond that: they are why there is a bound. */
const SMALL_BACKLOG_MS = 1_000;

/** Bytes that came in are the broker's to delay: more than this is not held against us. */
const INCOMING_BACKLOG_MS = 1_500;

export type Size = 'small' | 'large';

/**
 * What one connection may still publish. Publishes are counted in a sliding window, because IoT Core discards what is
 * above its quota; bytes as the time that the broker needs for them, because it only delays those.
 */
export class PublishBudget {
  readonly #bytesPerMs: number;
  readonly #windowMs: number;
  /** When the last publishes were: the next one takes the place of the oldest. */
  readonly #times: Float64Array | undefined;
  #oldest = 0;
  /** When our own last ones were, of the few that are ours whatever comes in. */
  readonly #ours: Float64Array;
  #oldestOfOurs = 0;
  /** When the broker will have processed all bytes so far. */
  #clearAt = Number.NEGATIVE_INFINITY;

  constructor(profile: QuotaProfile) {
    const { publishesPerSecond, bytesPerSecond } = profile;
    this.#bytesPerMs = bytesPerSecond / 1_000;
    this.#windowMs = WINDOW_MS * Math.max(1, 1 / publishesPerSecond);
    const limited = publishesPerSecond !== Number.POSITIVE_INFINITY;
    const reserved = limited ? Math.max(1, Math.floor(publishesPerSecond * (1 - OWN_SHARE))) : 0;
    this.#ours = new Float64Array(reserved).fill(Number.NEGATIVE_INFINITY);
    if (!limited) return;
    const places = Math.max(1, Math.floor(publishesPerSecond * OWN_SHARE));
    this.#times = new Float64Array(places).fill(Number.NEGATIVE_INFINITY);
  }

  /** Milliseconds until a publish of that size may go; 0: now. */
  waitMs(size: Size, now: number): number {
    const bound = size === 'large' ? LARGE_BACKLOG_MS : SMALL_BACKLOG_MS;
    // Who is flooded may still answer: else what comes in could silence a connection for as long as it comes.
    const oldest = Math.min(
      this.#times?.[this.#oldest] ?? Number.NEGATIVE_INFINITY,
      this.#ours[this.#oldestOfOurs] ?? Number.NEGATIVE_INFINITY,
    );
    return Math.max(0, oldest + this.#windowMs - now, this.backlogMs(now) - bound);
  }

  /** How long the broker needs for the bytes so far. */
  backlogMs(now: number): number {
    return Math.max(0, this.#clearAt - now);
  }

  /** From 0, when it is idle, to 1, when it is full (and above, by what came in). */
  load(now: number): number {
    const times = this.#times ?? [];
    let recent = 0;
    for (const time of times) if (now - time < this.#windowMs) recent += 1;
    return Math.max(recent / Math.max(1, times.length), this.backlogMs(now) / SMALL_BACKLOG_MS);
  }

  spend(bytes: number, now: number): void {
    this.#count(now);
    if (this.#ours.length > 0) {
      this.#ours[this.#oldestOfOurs] = now;
      this.#oldestOfOurs = (this.#oldestOfOurs + 1) % this.#ours.length;
    }
    this.#clearAt = Math.max(this.#clearAt, now) + bytes / this.#bytesPerMs;
  }

  /** Both directions share one quota. */
  received(bytes: number, now: number): void {
    this.#count(now);
    const clearAt = Math.max(this.#clearAt, now) + bytes / this.#bytesPerMs;
    this.#clearAt = Math.max(this.#clearAt, Math.min(clearAt, now + INCOMING_BACKLOG_MS));
  }

  #count(now: number): void {
    if (this.#times === undefined) return;
    this.#times[this.#oldest] = now;
    this.#oldest = (this.#oldest + 1) % this.#times.length;
  }
}

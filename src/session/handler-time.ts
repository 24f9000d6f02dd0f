import type { Timing } from '../protocol/timing.ts';

/** How long a handler has here, by our own monotonic clock, from when its invocation came. */
export class HandlerTime {
  /** Early enough that the answer and its log lines are there before Lambda's own deadline. */
  readonly runMs: number;
  readonly #remainingMs: number;
  readonly #monotonic: () => number;
  readonly #startedAt: number;

  constructor(
    remainingMs: number,
    { deadlineMarginMs }: Pick<Timing, 'deadlineMarginMs'>,
    monotonic: () => number = () => performance.now(),
  ) {
    this.runMs = Math.max(1, remainingMs - Math.min(deadlineMarginMs, remainingMs / 4));
    this.#remainingMs = remainingMs;
    this.#monotonic = monotonic;
    this.#startedAt = monotonic();
  }

  get passedMs(): number {
    return this.#monotonic() - this.#startedAt;
  }

  /** Until Lambda gives up. */
  get leftMs(): number {
    return this.#remainingMs - this.passedMs;
  }

  /** On a machine that is busy nobody may have come to end it yet. */
  get isOver(): boolean {
    return this.passedMs >= this.runMs;
  }
}

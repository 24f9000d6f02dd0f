const TICK_MS = 250;

/** How long after a wake what is read from sockets may still be from before. */
const AFTER_WAKE_MS = 250;

/**
 * Notices that this process stood still (a laptop's sleep, SIGSTOP): what then lies in its sockets may have waited
 * there as long. By its own monotonic clock: wall clocks are never compared across machines.
 */
export class SuspendWatch {
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #lastTick: number;
  #woke = Number.NEGATIVE_INFINITY;
  #pauseMs = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#lastTick = now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  /** How long a message that is read now may have waited unread. */
  waitedMs(): number {
    const now = this.#now();
    const sinceTick = now - this.#lastTick - TICK_MS;
    const afterWake = now - this.#woke < AFTER_WAKE_MS ? this.#pauseMs : 0;
    return Math.max(0, sinceTick, afterWake);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = this.#now();
    const pause = now - this.#lastTick - TICK_MS;
    this.#lastTick = now;
    if (pause < TICK_MS) return;
    this.#woke = now;
    this.#pauseMs = pause;
  }
}

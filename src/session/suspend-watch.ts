const TICK_MS = 250;

/** How long after a wake what is read from sockets may still be from before. */
const AFTER_WAKE_MS = 250;

type Clock = () => number;

/**
 * Notices that this process stood still (a laptop's sleep, SIGSTOP): what then lies in its sockets may have waited
 * there as long. By its own clocks only, never by another machine's; by both, because the monotonic one stands still
 * while Linux sleeps, and the wall clock may be set back. Set forward, it costs an offer that is sent again.
 */
export class SuspendWatch {
  readonly #monotonic: Clock;
  readonly #wall: Clock;
  readonly #timer: NodeJS.Timeout;
  #lastTick: { readonly monotonic: number; readonly wall: number };
  #wokeAt = Number.NEGATIVE_INFINITY;
  #pauseMs = 0;

  constructor(monotonic: Clock = () => performance.now(), wall: Clock = Date.now) {
    this.#monotonic = monotonic;
    this.#wall = wall;
    this.#lastTick = this.#now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  /** How long a message that is read now may have waited unread. */
  waitedMs(): number {
    const afterWake = this.#monotonic() - this.#wokeAt < AFTER_WAKE_MS ? this.#pauseMs : 0;
    return Math.max(0, this.#stoodStillMs(), afterWake);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #now() {
    return { monotonic: this.#monotonic(), wall: this.#wall() };
  }

  /** Since the last tick, beyond the pause that there always is. */
  #stoodStillMs(): number {
    const { monotonic, wall } = this.#lastTick;
    return Math.max(this.#monotonic() - monotonic, this.#wall() - wall) - TICK_MS;
  }

  #tick(): void {
    const pauseMs = this.#stoodStillMs();
    this.#lastTick = this.#now();
    if (pauseMs < TICK_MS) return;
    this.#wokeAt = this.#lastTick.monotonic;
    this.#pauseMs = pauseMs;
  }
}

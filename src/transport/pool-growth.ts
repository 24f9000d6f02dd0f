/** A wait that is worth a connection: about as long as it takes to make one. */
const GROW_ABOVE_MS = 250;
/** After a connection could not be made. */
const RETRY_MS = 5_000;
const IDLE_MS = 60_000;

export type PoolGrowthOptions = {
  readonly mayGrow: () => boolean;
  /** How long publishes wait now. */
  readonly delayMs: () => number;
  /** Makes one connection more. */
  readonly grow: () => Promise<void>;
  /** Gives back connections that were not used since then; true when some are left that may become idle. */
  readonly shrink: (idleSince: number) => boolean;
  /** Monotonic milliseconds. @default performance.now */
  readonly now: (() => number) | undefined;
};

/**
 * When a pool makes connections and gives them back: one after the other while publishes wait too long, and each when
 * nothing went over it for a minute.
 */
export class PoolGrowth {
  readonly #options: PoolGrowthOptions;
  readonly #now: () => number;
  #growing = false;
  #triedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: PoolGrowthOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** A publish has to wait for so long. */
  delayed(delayMs: number): void {
    if (delayMs <= GROW_ABOVE_MS || this.#growing || this.#closed || !this.#options.mayGrow()) return;
    if (this.#now() - this.#triedAt < RETRY_MS) return;
    this.#growing = true;
    this.#options.grow().then(
      () => this.#grown(),
      () => {
        // The publishes wait a little longer; the control connection says what is wrong with the broker.
        this.#growing = false;
        this.#triedAt = this.#now();
      },
    );
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #grown(): void {
    this.#growing = false;
    if (this.#closed) return;
    if (this.#timer === undefined) this.#watchIdle();
    this.delayed(this.#options.delayMs());
  }

  #watchIdle(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#options.shrink(this.#now() - IDLE_MS)) this.#watchIdle();
    }, IDLE_MS);
    this.#timer.unref();
  }
}

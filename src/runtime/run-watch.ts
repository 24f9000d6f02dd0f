import { residentBytes } from './process-memory.ts';

export type Clock = {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Returns the function that cancels. */
  readonly after: (ms: number, callback: () => void) => () => void;
};

export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** A run that is over sooner is not measured; then every so often. */
const FIRST_LOOK_MS = 100;
const NEXT_LOOK_MS = 250;

export type RunLimits = {
  readonly pid: number;
  readonly remainingMs: number;
  readonly memoryBytes: number;
  readonly onTimeout: () => void;
  readonly onOutOfMemory: () => void;
};

/** Watches one run's deadline and memory, with one timer. */
export class RunWatch {
  readonly #limits: RunLimits;
  readonly #clock: Clock;
  readonly #deadline: number;
  readonly #residentBytes: (pid: number, limit: number) => number | undefined;
  #cancel: () => void = () => {};
  #peakBytes = 0;

  constructor(limits: RunLimits, clock: Clock, measure = residentBytes) {
    this.#limits = limits;
    this.#clock = clock;
    this.#residentBytes = measure;
    this.#deadline = clock.now() + limits.remainingMs;
    this.#arm(FIRST_LOOK_MS);
  }

  /** The most memory seen; 0 for a run that was too short to look. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  stop(): void {
    this.#cancel();
  }

  #arm(ms: number): void {
    const left = this.#deadline - this.#clock.now();
    // A timer may fire a fraction of a millisecond early.
    this.#cancel = this.#clock.after(Math.max(0, Math.min(ms, Math.ceil(left))), () => this.#look());
  }

  #look(): void {
    const isOver = this.#clock.now() >= this.#deadline;
    const bytes = this.#residentBytes(this.#limits.pid, this.#limits.memoryBytes) ?? 0;
    this.#peakBytes = Math.max(this.#peakBytes, bytes);
    if (isOver) this.#limits.onTimeout();
    else if (bytes > this.#limits.memoryBytes) this.#limits.onOutOfMemory();
    else this.#arm(NEXT_LOOK_MS);
  }
}

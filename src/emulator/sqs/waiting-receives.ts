import type { EmulatorClock } from '../emulator-clock.ts';

type Waiting<T> = {
  readonly attempt: () => T | undefined;
  readonly settle: (value: T | undefined) => void;
  readonly fail: (error: unknown) => void;
};

export type WaitOptions = {
  /** Absent: without end. */
  readonly waitMs?: number;
  readonly signal: AbortSignal;
};

const LIMIT_CHECK_MS = 1000;

/**
 * Long polling without asking again and again: whoever waits is served, first come first served, when something has
 * changed, and when the time comes at which something becomes visible by itself.
 */
export class WaitingReceives<T> {
  readonly #clock: EmulatorClock;
  readonly #nextAt: () => number | undefined;
  readonly #waiting = new Set<Waiting<T>>();
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  /** `nextAt`: when, in epoch milliseconds, an attempt may next find something. */
  constructor(clock: EmulatorClock, nextAt: () => number | undefined) {
    this.#clock = clock;
    this.#nextAt = nextAt;
  }

  /** What `attempt` gives as soon as it gives something; undefined when the time is over or the caller is gone. */
  wait(attempt: () => T | undefined, { waitMs, signal }: WaitOptions): Promise<T | undefined> {
    if (this.#closed || signal.aborted) return Promise.resolve(undefined);
    const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
    const end = (): void => waiting.settle(undefined);
    const cancelEnd = waitMs === undefined ? undefined : this.#clock.schedule(end, waitMs);
    signal.addEventListener('abort', end, { once: true });
    const leave = (): void => {
      this.#waiting.delete(waiting);
      cancelEnd?.();
      signal.removeEventListener('abort', end);
      if (this.#waiting.size === 0) this.#disarm();
    };
    const waiting: Waiting<T> = {
      attempt,
      settle: (value) => {
        leave();
        resolve(value);
      },
      fail: (error) => {
        leave();
        reject(error);
      },
    };
    this.#waiting.add(waiting);
    this.#arm();
    return promise;
  }

  /** Something has changed. */
  wake(): void {
    for (const waiting of this.#waiting) {
      try {
        const found = waiting.attempt();
        // What this one does not find, those behind it do not either.
        if (found === undefined) break;
        waiting.settle(found);
      } catch (error) {
        // A full disk: that concerns who waits, not who has just sent something, nor the timer and with it the process.
        waiting.fail(error);
      }
    }
    this.#arm();
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    for (const { settle } of this.#waiting) settle(undefined);
  }

  #arm(): void {
    this.#disarm();
    const nextAt = this.#waiting.size === 0 ? undefined : this.#nextAt();
    if (nextAt === undefined) return;
    const delayMs = nextAt - this.#clock.now();
    // An attempt has just found nothing: what should be there already is held back by a limit, not by time.
    this.#cancelTimer = this.#clock.schedule(() => this.wake(), delayMs > 0 ? delayMs : LIMIT_CHECK_MS);
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}

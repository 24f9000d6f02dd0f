/** What the queue needs to know of one try. */
export type AsyncAttempt = { readonly failed: boolean };

/**
 * Lambda's queue of asynchronous invocations: a function error is tried again after one and then after two minutes,
 * with the same request id. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class AsyncQueue {
  static readonly RETRY_DELAYS_MS: readonly number[] = [60_000, 120_000];

  readonly #setTimer: (callback: () => void, ms: number) => NodeJS.Timeout;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  #closed = false;

  constructor(setTimer: (callback: () => void, ms: number) => NodeJS.Timeout = setTimeout) {
    this.#setTimer = setTimer;
  }

  /** `invoke` must not reject: what the function does is in the attempt. */
  add(invoke: () => Promise<AsyncAttempt>, delays: readonly number[] = AsyncQueue.RETRY_DELAYS_MS): void {
    if (this.#closed) return;
    const running = invoke().then((attempt) => {
      this.#running.delete(running);
      const [delay, ...later] = delays;
      if (!attempt.failed || delay === undefined || this.#closed) return;
      const timer = this.#setTimer(() => {
        this.#timers.delete(timer);
        this.add(invoke, later);
      }, delay);
      timer.unref();
      this.#timers.add(timer);
    });
    this.#running.add(running);
  }

  /** Tries that wait are given up; those that run are waited for. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all(this.#running);
  }
}

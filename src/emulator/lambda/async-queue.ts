/** What the queue needs to know of one try. */
export type AsyncAttempt = { readonly failed: boolean };

/**
 * Lambda's queue of asynchronous invocations: a function error is tried again after one and then after two minutes,
 * with the same request id. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class AsyncQueue {
  static readonly RETRY_DELAYS_MS: readonly number[] = [60_000, 120_000];

  readonly #setTimer: (callback: () => void, ms: number) => NodeJS.Timeout;
  /** The tries that wait, each with whom to tell when it is given up. */
  readonly #waiting = new Map<NodeJS.Timeout, () => void>();
  readonly #running = new Set<Promise<void>>();
  #closed = false;

  constructor(setTimer: (callback: () => void, ms: number) => NodeJS.Timeout = setTimeout) {
    this.#setTimer = setTimer;
  }

  /**
   * `invoke` must not reject: what the function does is in the attempt. `onGivenUp` is called when the queue is closed
   * before the last try that was due.
   */
  add(
    invoke: () => Promise<AsyncAttempt>,
    onGivenUp: () => void,
    delays: readonly number[] = AsyncQueue.RETRY_DELAYS_MS,
  ): void {
    if (this.#closed) return onGivenUp();
    const running = invoke().then((attempt) => {
      this.#running.delete(running);
      const [delay, ...later] = delays;
      if (!attempt.failed || delay === undefined) return;
      if (this.#closed) return onGivenUp();
      const timer = this.#setTimer(() => {
        this.#waiting.delete(timer);
        this.add(invoke, onGivenUp, later);
      }, delay);
      timer.unref();
      this.#waiting.set(timer, onGivenUp);
    });
    this.#running.add(running);
  }

  /** Tries that wait are given up; those that run are waited for. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const [timer, onGivenUp] of this.#waiting) {
      clearTimeout(timer);
      onGivenUp();
    }
    this.#waiting.clear();
    await Promise.all(this.#running);
  }
}

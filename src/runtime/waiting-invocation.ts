import type { InvocationRequest, InvocationResult } from './invocation.ts';
import type { Failure } from './outcome.ts';
import type { Clock } from './run-watch.ts';

export type WaitingListener = {
  readonly onTimeout: () => void;
  readonly onAborted: () => void;
};

/** An invocation that has no worker yet. Its deadline counts, and its caller may give up. */
export class WaitingInvocation {
  readonly request: InvocationRequest;
  readonly result: Promise<InvocationResult>;
  readonly #clock: Clock;
  readonly #since: number;
  readonly #initMs: number;
  readonly #onAborted: () => void;
  readonly #resolve: (result: InvocationResult | Promise<InvocationResult>) => void;
  readonly #cancelDeadline: () => void;
  #step: 'building' | 'starting' | undefined;

  constructor(request: InvocationRequest, clock: Clock, listener: WaitingListener) {
    const { promise, resolve } = Promise.withResolvers<InvocationResult>();
    this.request = request;
    this.result = promise;
    this.#resolve = resolve;
    this.#clock = clock;
    this.#since = clock.now();
    this.#initMs = request.initMs ?? 0;
    this.#onAborted = listener.onAborted;
    request.signal?.addEventListener('abort', this.#onAborted, { once: true });
    this.#cancelDeadline = clock.after(Math.max(0, request.remainingMs) + this.#initMs, listener.onTimeout);
  }

  /** Tells the caller once of each step. */
  progress(step: 'building' | 'starting'): void {
    if (this.#step === step) return;
    this.#step = step;
    this.request.onProgress?.(step);
  }

  /** Ends the waiting: the request with the time that is left. */
  take(): InvocationRequest {
    this.#stop();
    const counted = Math.max(0, this.#clock.now() - this.#since - this.#initMs);
    const remainingMs = Math.max(0, this.request.remainingMs - counted);
    return { ...this.request, remainingMs };
  }

  settle(result: Promise<InvocationResult>): void {
    this.#resolve(result);
  }

  /** Ends the waiting without a run. */
  fail(failure: Failure): void {
    this.#stop();
    this.#resolve({ ...failure, durationMs: this.#clock.now() - this.#since, coldStart: true });
  }

  #stop(): void {
    this.#cancelDeadline();
    this.request.signal?.removeEventListener('abort', this.#onAborted);
  }
}

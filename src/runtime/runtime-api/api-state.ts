import type { FixedValues } from '../invocation.ts';
import { type ApiReply, REFUSALS } from './api-reply.ts';

/** An invocation as the runtime gets to know it. */
export type ApiInvocation = {
  readonly requestId: string;
  /** One per attempt, unlike the request id. */
  readonly invocationId: string;
  /** Epoch milliseconds. */
  readonly deadlineMs: number;
  readonly invokedFunctionArn: string;
  readonly traceId?: string;
  readonly fixed?: FixedValues;
  /** Objects: they travel as JSON. */
  readonly clientContext?: unknown;
  readonly identity?: unknown;
  /** JSON, UTF-8. */
  readonly event: Uint8Array;
};

/** Who may say what at which time: one runtime, one invocation at a time. */
export class ApiState {
  #started = false;
  #offered: ApiInvocation | undefined;
  #running: ApiInvocation | undefined;
  #answeredId: string | undefined;

  /** True for the first call: the runtime has initialised. */
  next(): boolean {
    const first = !this.#started;
    this.#started = true;
    return first;
  }

  offer(invocation: ApiInvocation): void {
    this.#offered = invocation;
  }

  /** The invocation for a runtime that waits, if there is one. */
  take(): ApiInvocation | undefined {
    const invocation = this.#offered;
    if (!invocation) return undefined;
    this.#offered = undefined;
    this.#running = invocation;
    return invocation;
  }

  /** Undefined when the answer counts; from then on the invocation has one. */
  answer(requestId: string, invocationId: string | undefined): ApiReply | undefined {
    if (requestId !== this.#running?.requestId) {
      return requestId === this.#answeredId ? REFUSALS.InvalidStateTransition : REFUSALS.InvalidRequestID;
    }
    if (invocationId !== undefined && invocationId !== this.#running.invocationId) {
      return REFUSALS.InvalidInvocationId;
    }
    this.#answeredId = requestId;
    this.#running = undefined;
    return undefined;
  }

  /** Undefined when it counts: only before the first `next`. */
  initError(): ApiReply | undefined {
    if (this.#started) return REFUSALS.InvalidStateTransition;
    this.#started = true;
    return undefined;
  }
}

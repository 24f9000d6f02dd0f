import { sandboxError, TIMED_OUT, timeoutText } from '../lambda/sandbox-error.ts';
import type { FunctionSpec, InvocationResult } from '../runtime/invocation.ts';
import type { SessionEvent } from './event.ts';
import type { HandlerTime } from './handler-time.ts';
import type { SessionEffect } from './invocation.ts';

/** What an invocation has come to that is stopped. */
export function stopEvent(
  { phase, by, reason }: Extract<SessionEffect, { type: 'stop' }>,
  about: {
    readonly id: string;
    readonly at: number;
    readonly requestId: string;
    readonly spec: FunctionSpec;
    readonly time: HandlerTime;
  },
): SessionEvent {
  const { id, at, requestId, spec, time } = about;
  if (phase !== 'cancelled' || by !== 'caller' || !time.isOver) {
    return { type: 'stopped', id, at, phase, reason };
  }
  // The caller's side gives up because the handler's time is over, and was faster than we to see it.
  const result: InvocationResult = {
    status: 'failed',
    failure: 'timeout',
    errorType: TIMED_OUT,
    payload: sandboxError(TIMED_OUT, timeoutText(spec.timeoutMs), requestId),
    durationMs: time.passedMs,
    coldStart: false,
  };
  return { type: 'ended', id, at, result };
}

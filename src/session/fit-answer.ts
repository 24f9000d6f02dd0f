import { MessageTooLargeError } from '../protocol/body.ts';
import type { QuotaProfile } from '../protocol/quota-profile.ts';
import { cannotPass } from '../protocol/sending-time.ts';
import type { InvocationResult } from '../runtime/invocation.ts';
import type { AnswerLogs } from './answer-message.ts';
import { payloadTooLarge } from './own-failures.ts';

type Frames = readonly Uint8Array[];

export type FittedAnswer = {
  readonly frames: Frames;
  /** What the caller sees: the result, or the failure in its place. */
  readonly result: InvocationResult;
};

/**
 * The sealed answer; when that cannot reach the stub in time, the one without its log lines, else an error that says
 * so: silence would be a lost session.
 */
export function fitAnswer(
  result: InvocationResult,
  logs: AnswerLogs,
  options: {
    readonly encode: (result: InvocationResult, logs: AnswerLogs) => Frames;
    /** Until the stub gives up. */
    readonly leftMs: number;
    readonly quotas: QuotaProfile;
  },
): FittedAnswer {
  const whole = inTime(result, logs, options);
  if (typeof whole !== 'string') return { frames: whole, result };
  const withoutLines = { lines: [], leftOut: logs.leftOut + logs.lines.length };
  const bare = inTime(result, withoutLines, options);
  if (typeof bare !== 'string') return { frames: bare, result };
  const failed = payloadTooLarge(bare, result);
  return { frames: options.encode(failed, withoutLines), result: failed };
}

/** A text says why it cannot pass. */
function inTime(
  result: InvocationResult,
  logs: AnswerLogs,
  { encode, leftMs, quotas }: Parameters<typeof fitAnswer>[2],
): Frames | string {
  const what = `an answer of ${result.payload.byteLength} bytes`;
  try {
    const frames = encode(result, logs);
    return cannotPass(what, frames, leftMs, quotas) ?? frames;
  } catch (error) {
    if (error instanceof MessageTooLargeError) return `${what}: ${error.message}`;
    throw error;
  }
}

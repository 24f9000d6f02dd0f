import type { ConnectionState } from '../transport/transport.ts';
import { printable } from './printable.ts';
import { durationText } from './time-text.ts';

/** `connected`, `connecting`, `connecting, attempt 3: connect ECONNREFUSED`, `closed`. */
export function connectionText(state: ConnectionState): string {
  if (state.status !== 'connecting') return state.status;
  const cause = causeText(state.cause);
  if (state.attempt === 1 && cause === undefined) return 'connecting';
  // Other facts follow it in the same line: a sentence's full stop would stand between them.
  return `connecting, attempt ${state.attempt}${cause === undefined ? '' : `: ${cause.replace(/\.$/, '')}`}`;
}

/** `keeping to the broker's quotas: 12 messages wait, up to 1.3 s`. */
export function pacingText({
  waiting,
  delayMs,
}: {
  readonly waiting: number;
  readonly delayMs: number;
}): string {
  if (waiting === 0) return 'within the broker’s quotas again';
  return `keeping to the broker’s quotas: ${waiting} messages wait, up to ${durationText(delayMs)}`;
}

export function causeText(cause: unknown): string | undefined {
  if (cause === undefined) return undefined;
  return printable(cause instanceof Error ? cause.message : String(cause));
}

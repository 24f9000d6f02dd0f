import type { ConnectionState } from '../transport/transport.ts';
import { printable } from './printable.ts';

/** `connected`, `connecting`, `connecting, attempt 3: connect ECONNREFUSED`, `closed`. */
export function connectionText(state: ConnectionState): string {
  if (state.status !== 'connecting') return state.status;
  const cause = causeText(state.cause);
  if (state.attempt === 1 && cause === undefined) return 'connecting';
  return `connecting, attempt ${state.attempt}${cause === undefined ? '' : `: ${cause}`}`;
}

export function causeText(cause: unknown): string | undefined {
  if (cause === undefined) return undefined;
  return printable(cause instanceof Error ? cause.message : String(cause));
}

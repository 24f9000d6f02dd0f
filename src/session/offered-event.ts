import type { Offer } from '../protocol/message.ts';
import type { SessionEvent } from './event.ts';
import { invocationContext } from './invocation-context.ts';

/** What an offer says, without the credentials that it may hold. `at`: epoch milliseconds, for display. */
export function offeredEvent(
  { id, meta, payload }: Offer,
  functionName: string,
  at: number,
): Extract<SessionEvent, { type: 'offered' }> {
  return {
    type: 'offered',
    id,
    requestId: meta.requestId,
    functionName,
    lane: meta.lane,
    event: payload,
    at,
    context: invocationContext(meta, meta.credentials === undefined ? 'of the session' : 'forwarded'),
  };
}

import type { Message } from '../protocol/message.ts';
import type { FunctionSpec } from '../runtime/invocation.ts';
import type { SessionEvent } from './event.ts';

type Observe = Extract<Message, { kind: 'observe' }>;

/** What a copy says; undefined when it contradicts itself. `at`: epoch milliseconds, for display. */
export function observedEvent(
  { id, meta, payload }: Observe,
  spec: FunctionSpec,
  at: number,
): Extract<SessionEvent, { type: 'observed' }> | undefined {
  if (meta.eventBytes > payload.byteLength) return undefined;
  const answer = payload.subarray(meta.eventBytes);
  const errorType = meta.failed ? errorTypeOf(answer) : undefined;
  return {
    type: 'observed',
    id,
    requestId: meta.requestId,
    functionName: spec.name,
    lane: meta.lane,
    event: payload.subarray(0, meta.eventBytes),
    answer,
    answerBytes: meta.answerBytes ?? answer.byteLength,
    streamed: meta.streamed === true,
    durationMs: meta.durationMs,
    errorType,
    at,
  };
}

function errorTypeOf(answer: Uint8Array): string {
  try {
    const error: unknown = JSON.parse(new TextDecoder().decode(answer));
    if (typeof error === 'object' && error !== null && 'errorType' in error) return String(error.errorType);
  } catch {
    // Cut off, because it was too large to be copied whole: that it failed is still known.
  }
  return 'Error';
}

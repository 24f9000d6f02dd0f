import type { SessionEvent } from './event.ts';
import type { InvocationRecord } from './store.ts';

type Offered = Extract<SessionEvent, { type: 'offered' }>;
type Observed = Extract<SessionEvent, { type: 'observed' }>;

/** Of an invocation that has just arrived; `attempt` counts from 1, `reloads` are those of its function until now. */
export function offeredRecord(event: Offered, attempt: number, reloads = 0): InvocationRecord {
  return {
    id: event.id,
    requestId: event.requestId,
    functionName: event.functionName,
    lane: event.lane,
    phase: 'offered',
    step: 'queued',
    replayOf: event.replayOf,
    context: event.context,
    reloads,
    offeredAt: event.at,
    claimedAt: undefined,
    buildingAt: undefined,
    startingAt: undefined,
    runningAt: undefined,
    endedAt: undefined,
    durationMs: undefined,
    initMs: undefined,
    coldStart: undefined,
    maxMemoryMb: undefined,
    attempt,
    event: event.event,
    answer: undefined,
    answerBytes: undefined,
    errorType: undefined,
    reason: undefined,
    logs: [],
    logBytes: 0,
    logsLeftOut: 0,
    bodiesLeftOut: false,
    pinned: false,
  };
}

/** Of a copy: it has ended before anything is known of it. */
export function observedRecord(event: Observed, attempt: number): InvocationRecord {
  const { id, requestId, functionName, lane, at } = event;
  return {
    ...offeredRecord({ type: 'offered', id, requestId, functionName, lane, event: event.event, at }, attempt),
    phase: 'observed',
    step: undefined,
    endedAt: at,
    durationMs: event.durationMs,
    answer: event.answer,
    answerBytes: event.answerBytes > event.answer.byteLength ? event.answerBytes : undefined,
    errorType: event.errorType,
  };
}

import type { InvocationResult } from '../runtime/invocation.ts';
import type { Phase, SessionEvent } from './event.ts';
import type { InvocationHistory } from './invocation-history.ts';
import { KEPT } from './kept.ts';
import { observedRecord, offeredRecord } from './new-record.ts';
import { answerOf } from './record-answer.ts';
import { withLog } from './record-logs.ts';
import { reloadNotice } from './reload-notice.ts';
import type { FunctionRecord, InvocationRecord, Notice, SessionState } from './store.ts';

const NOTHING = new Uint8Array(0);

type Offered = Extract<SessionEvent, { type: 'offered' }>;
type Observed = Extract<SessionEvent, { type: 'observed' }>;
type Progress = Extract<SessionEvent, { type: 'progress' }>;
type Ended = Extract<SessionEvent, { type: 'ended' }>;

/** The state after an event. Pure and total: an event that does not fit (late, foreign, twice) changes nothing. */
export function reduceSession(state: SessionState, event: SessionEvent): SessionState {
  switch (event.type) {
    case 'connection':
      return { ...state, connection: event.state };
    case 'function':
      return withFunction(state, event.name, (known) => ({
        name: event.name,
        arn: event.arn,
        state: event.state,
        invocations: known?.invocations ?? 0,
        errors: known?.errors ?? 0,
        reloads: known?.reloads ?? 0,
      }));
    case 'offered':
      return offered(state, event);
    case 'observed':
      return observed(state, event);
    case 'claimed':
      return withRunning(state, event.id, (record) => ({ ...record, phase: 'claimed', claimedAt: event.at }));
    case 'progress':
      return withRunning(state, event.id, (record) => withStep(record, event));
    case 'log':
      return withRecord(state, event.id, (record) => withLog(record, event.line));
    case 'ended':
      return ended(state, event);
    case 'stopped':
      return withRunning(state, event.id, (record) => ({
        ...record,
        phase: event.phase,
        step: undefined,
        endedAt: event.at,
        reason: event.reason,
      }));
    case 'pinned':
      return pinned(state, event);
    case 'reloaded':
      return reloaded(state, event);
    case 'pacing': {
      const { waiting, delayMs } = event;
      return { ...state, pacing: waiting === 0 ? undefined : { waiting, delayMs } };
    }
    case 'credentials':
      return event.expireAt === state.credentialsExpireAt
        ? state
        : { ...state, credentialsExpireAt: event.expireAt };
    case 'dropped': {
      const key = `${event.process} ${event.reason}`;
      return { ...state, drops: { ...state.drops, [key]: (state.drops[key] ?? 0) + 1 } };
    }
    case 'notice': {
      const { type: _, ...notice } = event;
      return withNotice(state, notice);
    }
    default: {
      const unhandled: never = event;
      return unhandled;
    }
  }
}

/** The phase that a result ends an invocation in. */
export function phaseOfResult(
  result: InvocationResult,
): Extract<Phase, 'succeeded' | 'failed' | 'timed-out' | 'cancelled'> {
  if (result.status === 'succeeded') return 'succeeded';
  if (result.failure === 'timeout') return 'timed-out';
  return result.failure === 'aborted' ? 'cancelled' : 'failed';
}

export function isRunning(record: InvocationRecord): boolean {
  return record.endedAt === undefined;
}

function offered(state: SessionState, event: Offered): SessionState {
  const attempts = attemptsBefore(state, event);
  if (attempts === undefined) return state;
  const known = state.functions.find(({ name }) => name === event.functionName);
  return withNew(state, offeredRecord(event, attempts + 1, known?.reloads));
}

/** A step that comes again, as a build after a change does, keeps its first time. */
function withStep(record: InvocationRecord, { step, at }: Progress): InvocationRecord {
  switch (step) {
    case 'building':
      return { ...record, step, buildingAt: record.buildingAt ?? at };
    case 'starting':
      return { ...record, step, startingAt: record.startingAt ?? at };
    case 'running':
      return { ...record, step, runningAt: at };
  }
}

function reloaded(state: SessionState, event: Extract<SessionEvent, { type: 'reloaded' }>): SessionState {
  const { functionName } = event;
  const { notice, replaces } = reloadNotice(event, state.notices.at(-1));
  const before = replaces ? { ...state, notices: state.notices.slice(0, -1) } : state;
  return withFunction(
    withNotice(before, notice),
    functionName,
    (known) => known && { ...known, reloads: known.reloads + 1 },
  );
}

/** A copy counts as an invocation of its function, with its end. */
function observed(state: SessionState, event: Observed): SessionState {
  const attempts = attemptsBefore(state, event);
  if (attempts === undefined) return state;
  const after = withNew(state, observedRecord(event, attempts + 1));
  const failed = event.errorType !== undefined;
  const { totals } = after;
  return {
    ...(failed ? counted(after, event.functionName, 1) : after),
    totals: failed
      ? { ...totals, failed: totals.failed + 1 }
      : { ...totals, succeeded: totals.succeeded + 1 },
  };
}

function withNew(state: SessionState, record: InvocationRecord): SessionState {
  return bounded({
    ...counted(state, record.functionName, 0),
    invocations: state.invocations.append(record),
    running: state.running + (isRunning(record) ? 1 : 0),
    keptBytes: state.keptBytes + bytesOf(record),
    totals: { ...state.totals, offered: state.totals.offered + 1 },
  });
}

function ended(state: SessionState, event: Ended): SessionState {
  const { result } = event;
  const phase = phaseOfResult(result);
  const error = phase === 'failed' || phase === 'timed-out';
  const after = withRunning(state, event.id, (record) => ({
    ...record,
    phase,
    step: undefined,
    endedAt: event.at,
    durationMs: result.durationMs,
    initMs: result.initMs,
    coldStart: result.coldStart,
    maxMemoryMb: result.maxMemoryMb,
    ...answerOf(event),
    errorType: result.status === 'failed' ? result.errorType : undefined,
  }));
  if (after === state || phase === 'cancelled') return after;
  const functionName = findInvocation(state, event.id)?.functionName;
  const totals = {
    ...after.totals,
    succeeded: after.totals.succeeded + (error ? 0 : 1),
    failed: after.totals.failed + (error ? 1 : 0),
  };
  return { ...(error && functionName !== undefined ? counted(after, functionName, 1) : after), totals };
}

/** The record of an invocation, unless it is too old to be kept. */
export function findInvocation(state: SessionState, id: string): InvocationRecord | undefined {
  return state.invocations.find(id);
}

/**
 * How often this request id was offered before, because a retry keeps it; undefined when this very offer is known. By the
 * latest one's count: earlier ones may no longer be kept.
 */
function attemptsBefore(
  { invocations }: SessionState,
  { id, requestId }: Offered | Observed,
): number | undefined {
  return invocations.find(id) === undefined ? invocations.attemptsOf(requestId) : undefined;
}

/** What is pinned does not make room for newer ones. Too much of it would leave no room for them at all. */
function pinned(state: SessionState, { id, on }: Extract<SessionEvent, { type: 'pinned' }>): SessionState {
  const record = findInvocation(state, id);
  if (record === undefined || record.pinned === on) return state;
  if (on) {
    const already = [...state.invocations].filter((other) => other.pinned);
    const bytes = already.reduce((sum, other) => sum + bytesOf(other), bytesOf(record));
    if (already.length >= KEPT.pinned || bytes > KEPT.pinnedBytes) {
      return withNotice(state, { level: 'warning', text: 'No more can be pinned: unpin another one first.' });
    }
  }
  return withRecord(state, id, (before) => ({ ...before, pinned: on }));
}

type Change = (record: InvocationRecord) => InvocationRecord;

function withRunning(state: SessionState, id: string, change: Change): SessionState {
  return withRecord(state, id, (record) => (isRunning(record) ? change(record) : record));
}

function withRecord(state: SessionState, id: string, change: Change): SessionState {
  const before = state.invocations.find(id);
  if (before === undefined) return state;
  const after = change(before);
  if (after === before) return state;
  return bounded({
    ...state,
    invocations: state.invocations.replace(after),
    running: state.running - (isRunning(before) && !isRunning(after) ? 1 : 0),
    keptBytes: state.keptBytes + bytesOf(after) - bytesOf(before),
  });
}

/** An offer counts as an invocation of its function, a failure as an error of it. */
function counted(state: SessionState, functionName: string, errors: 0 | 1): SessionState {
  return withFunction(
    state,
    functionName,
    (known) =>
      known && { ...known, invocations: known.invocations + 1 - errors, errors: known.errors + errors },
  );
}

function withFunction(
  state: SessionState,
  name: string,
  change: (known: FunctionRecord | undefined) => FunctionRecord | undefined,
): SessionState {
  const index = state.functions.findIndex((record) => record.name === name);
  const after = change(state.functions[index]);
  if (after === undefined) return state;
  const functions = state.functions.slice();
  functions[index === -1 ? functions.length : index] = after;
  return { ...state, functions };
}

function withNotice(state: SessionState, notice: Notice): SessionState {
  return { ...state, notices: [...state.notices.slice(1 - KEPT.notices), notice] };
}

function bytesOf(record: InvocationRecord): number {
  return record.event.byteLength + (record.answer?.byteLength ?? 0) + record.logBytes;
}

/** Lets go of what is too much: whole records beyond the count, then the bodies of the oldest ended ones. */
function bounded(state: SessionState): SessionState {
  const dropped = state.invocations.length > KEPT.invocations;
  if (!dropped && state.keptBytes <= KEPT.bytes) return state;
  let { invocations, keptBytes } = state;
  if (dropped) {
    const after = invocations.dropOldest(mayGo);
    invocations = after.history;
    if (after.dropped !== undefined) keptBytes -= bytesOf(after.dropped);
  }
  while (keptBytes > KEPT.bytes) {
    const { history, record }: ReturnType<InvocationHistory['oldestWithBodies']> =
      invocations.oldestWithBodies(mayGo);
    invocations = history;
    if (record === undefined) break;
    keptBytes -= bytesOf(record);
    invocations = invocations.replace(withoutBodies(record));
  }
  return { ...state, invocations, keptBytes };
}

function mayGo(record: InvocationRecord): boolean {
  return !(isRunning(record) || record.pinned);
}

function withoutBodies(record: InvocationRecord): InvocationRecord {
  return {
    ...record,
    event: NOTHING,
    answer: undefined,
    logs: [],
    logBytes: 0,
    logsLeftOut: record.logsLeftOut + record.logs.length,
    bodiesLeftOut: true,
  };
}

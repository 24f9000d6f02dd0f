import type { InvocationResult, LogLine } from '../runtime/invocation.ts';
import type { Phase, SessionEvent } from './event.ts';
import { observedRecord, offeredRecord } from './new-record.ts';
import type { FunctionRecord, InvocationRecord, SessionState } from './store.ts';

/** How much of the past a session remembers. Only invocations that still run may exceed these. */
export const KEPT = {
  invocations: 500,
  bytes: 64 * 1024 * 1024,
  notices: 50,
  logLines: 1_000,
  logBytes: 256 * 1024,
} as const;

const NOTHING = new Uint8Array(0);

type Offered = Extract<SessionEvent, { type: 'offered' }>;
type Observed = Extract<SessionEvent, { type: 'observed' }>;
type Ended = Extract<SessionEvent, { type: 'ended' }>;
type Notice = SessionState['notices'][number];

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
      }));
    case 'offered':
      return offered(state, event);
    case 'observed':
      return observed(state, event);
    case 'claimed':
      return withRunning(state, event.id, (record) => ({ ...record, phase: 'claimed' }));
    case 'progress':
      return withRunning(state, event.id, (record) => ({ ...record, step: event.step }));
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
    case 'reloaded':
      return withNotice(state, { level: 'info', text: reloadText(event) });
    case 'pacing': {
      const { waiting, delayMs } = event;
      return { ...state, pacing: waiting === 0 ? undefined : { waiting, delayMs } };
    }
    case 'dropped': {
      const key = `${event.process} ${event.reason}`;
      return { ...state, drops: { ...state.drops, [key]: (state.drops[key] ?? 0) + 1 } };
    }
    case 'notice':
      return withNotice(state, { level: event.level, text: event.text });
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

/** One line for people: what was loaded anew, why, and how long it took. */
export function reloadText(event: Extract<SessionEvent, { type: 'reloaded' }>): string {
  const cause = event.file === undefined ? '' : ` after ${event.file}`;
  return `${event.functionName} reloaded${cause} in ${Math.round(event.durationMs)} ms`;
}

function offered(state: SessionState, event: Offered): SessionState {
  const attempts = attemptsBefore(state, event);
  if (attempts === undefined) return state;
  return withNew(state, offeredRecord(event, attempts + 1));
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
    // Measured: `concat` copies 500 pointers twice as fast as spreading does.
    invocations: state.invocations.concat([record]),
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
    answer: result.payload,
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
  return state.invocations[indexOf(state, id)];
}

/**
 * How often this request id was offered before, because a retry keeps it; undefined when this very offer is known. By the
 * latest one's count: earlier ones may no longer be kept. A plain loop without allocation: every offer runs it.
 */
function attemptsBefore(
  { invocations }: SessionState,
  { id, requestId }: Offered | Observed,
): number | undefined {
  let attempts = 0;
  for (let index = invocations.length - 1; index >= 0; index--) {
    const record = invocations[index];
    if (record?.requestId !== requestId) continue;
    if (record.id === id) return undefined;
    attempts = Math.max(attempts, record.attempt);
  }
  return attempts;
}

/** Searched from the newest, because almost every event belongs to one of the last few invocations. */
function indexOf(state: SessionState, id: string): number {
  let index = state.invocations.length - 1;
  while (index >= 0 && state.invocations[index]?.id !== id) index -= 1;
  return index;
}

type Change = (record: InvocationRecord) => InvocationRecord;

function withRunning(state: SessionState, id: string, change: Change): SessionState {
  return withRecord(state, id, (record) => (isRunning(record) ? change(record) : record));
}

function withRecord(state: SessionState, id: string, change: Change): SessionState {
  const index = indexOf(state, id);
  const before = state.invocations[index];
  if (before === undefined) return state;
  const after = change(before);
  if (after === before) return state;
  const invocations = state.invocations.slice();
  invocations[index] = after;
  return bounded({ ...state, invocations, keptBytes: state.keptBytes + bytesOf(after) - bytesOf(before) });
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

function withLog(record: InvocationRecord, line: LogLine): InvocationRecord {
  if (record.bodiesLeftOut) return { ...record, logsLeftOut: record.logsLeftOut + 1 };
  const kept = shortened(line);
  let logBytes = record.logBytes + Buffer.byteLength(kept.text);
  let leftOut = 0;
  while (record.logs.length - leftOut >= KEPT.logLines || logBytes > KEPT.logBytes) {
    const oldest = record.logs[leftOut];
    if (oldest === undefined) break;
    logBytes -= Buffer.byteLength(oldest.text);
    leftOut += 1;
  }
  const logs = record.logs.slice(leftOut);
  logs.push(kept);
  return { ...record, logs, logBytes, logsLeftOut: record.logsLeftOut + leftOut };
}

/** A single line may be larger than all that is kept: its beginning says most. */
function shortened(line: LogLine): LogLine {
  // A UTF-16 code unit is at most three bytes.
  if (line.text.length * 3 <= KEPT.logBytes) return line;
  const bytes = Buffer.from(line.text);
  if (bytes.length <= KEPT.logBytes) return line;
  const ellipsis = `… ${bytes.length} bytes in all`;
  // Room for a replacement character where the cut goes through a character.
  const room = KEPT.logBytes - Buffer.byteLength(ellipsis) - 3;
  return { stream: line.stream, text: bytes.toString('utf8', 0, room) + ellipsis };
}

function bytesOf(record: InvocationRecord): number {
  return record.event.byteLength + (record.answer?.byteLength ?? 0) + record.logBytes;
}

/** Lets go of what is too much: whole records beyond the count, then the bodies of the oldest ended ones. */
function bounded(state: SessionState): SessionState {
  let { invocations, keptBytes } = state;
  if (invocations.length > KEPT.invocations) {
    const index = invocations.findIndex((record) => !isRunning(record));
    const oldest = invocations[index];
    if (oldest !== undefined) {
      invocations = invocations.toSpliced(index, 1);
      keptBytes -= bytesOf(oldest);
    }
  }
  if (keptBytes > KEPT.bytes) {
    invocations = invocations.map((record) => {
      if (keptBytes <= KEPT.bytes || isRunning(record) || record.bodiesLeftOut) return record;
      keptBytes -= bytesOf(record);
      return withoutBodies(record);
    });
  }
  return invocations === state.invocations ? state : { ...state, invocations, keptBytes };
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

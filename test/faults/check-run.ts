import type { Call } from './call.ts';
import type { LedgerLine } from './ledger.ts';

export type Breach = {
  readonly rule:
    | 'answered-once'
    | 'own-result'
    | 'typed-error'
    | 'ran-once'
    | 'deployed-after-local'
    | 'ledger'
    | 'nothing-left'
    | 'recovers';
  /** Of the invocation that it is about. */
  readonly n?: number;
  readonly text: string;
};

export type Overlap = {
  readonly requestId: string;
  readonly calledAt: number;
  readonly deployedAt: number;
};

export type Permits = {
  /** The callers' own lines, or the API, were disturbed: some cannot learn what became of their invocation. */
  readonly lostCallers: boolean;
  /** Something stood still for longer than the functions may take. @default false */
  readonly timeouts?: boolean;
  /** Whether the deployed handler could run beside the local one: no claim reached the stub, and the session was gone. */
  readonly overlap: (run: Overlap) => boolean;
};

const TIMED_OUT = 'Sandbox.Timedout';

/** What llx and Lambda may say of an invocation that could not be carried out. Llx.InternalError is a defect. */
const TYPED =
  /^(Llx\.(Unclaimed|SessionLost|Cancelled|PayloadTooLarge)|Runtime\.ExitError|Sandbox\.Aborted)$/;

/** Holds what the callers saw against what the handlers wrote down. Pure. */
export function checkRun(
  calls: readonly Call[],
  ledger: readonly LedgerLine[],
  permits: Permits,
): readonly Breach[] {
  const breaches: Breach[] = [];
  const written = Map.groupBy(ledger, ({ n }) => n);
  const known = new Set(calls.map(({ n }) => n));
  for (const n of written.keys()) {
    if (!known.has(n)) breaches.push({ rule: 'ledger', n, text: 'ran, but nobody called it' });
  }
  for (const call of calls) {
    const lines = written.get(call.n) ?? [];
    for (const breach of [
      ...checkRuns(call.startedAt, lines, permits),
      ...checkOutcome(call, lines, permits),
    ]) {
      breaches.push({ ...breach, n: call.n });
    }
  }
  return breaches;
}

function* checkRuns(calledAt: number, lines: readonly LedgerLine[], permits: Permits): Iterable<Breach> {
  const local = starts(lines, 'local');
  const deployed = starts(lines, 'deployed');
  if (local.length > 1) yield { rule: 'ran-once', text: `the local handler ran ${local.length} times` };
  if (deployed.length > 1) {
    yield { rule: 'ran-once', text: `the deployed handler ran ${deployed.length} times` };
  }
  for (const where of ['local', 'deployed'] as const) {
    const ends = lines.filter((line) => line.what === 'end' && line.where === where).length;
    if (ends > starts(lines, where).length) {
      yield { rule: 'ledger', text: `more ends than starts of the ${where} handler` };
    }
  }
  const [first] = local;
  const [second] = deployed;
  if (first === undefined || second === undefined) return;
  if (!permits.overlap({ requestId: first.requestId, calledAt, deployedAt: second.at })) {
    yield { rule: 'deployed-after-local', text: 'both the local and the deployed handler ran' };
  }
}

function* checkOutcome(call: Call, lines: readonly LedgerLine[], permits: Permits): Iterable<Breach> {
  const { outcome } = call;
  switch (outcome.type) {
    case 'unanswered':
      if (!permits.lostCallers) yield { rule: 'answered-once', text: 'was never answered' };
      return;
    case 'lost':
      if (!permits.lostCallers) yield { rule: 'answered-once', text: `the API broke: ${outcome.cause}` };
      return;
    case 'foreign':
      yield { rule: 'own-result', text: `succeeded with what no handler returned: ${outcome.text}` };
      return;
    case 'failed':
      return yield* checkFailure(call, outcome, lines, permits);
    case 'answered': {
      const { answer, bodyDigest } = outcome;
      const ran = lines.filter((line) => line.where === answer.where && line.what === 'end');
      if (call.refuse) yield { rule: 'own-result', text: 'succeeded, but its handler had thrown' };
      if (answer.n !== call.n) yield { rule: 'own-result', text: `got the answer of ${answer.n}` };
      if (answer.requestId !== call.requestId) {
        yield { rule: 'own-result', text: `answered ${answer.requestId} to request ${call.requestId}` };
      }
      if (answer.digest !== call.expected.digest) yield { rule: 'own-result', text: 'its event was altered' };
      if (bodyDigest !== call.expected.bodyDigest) {
        yield { rule: 'own-result', text: 'its answer was altered' };
      }
      if (ran.length !== 1) yield { rule: 'ledger', text: `an answer of ${ran.length} finished runs` };
      return;
    }
    default: {
      const exhaustive: never = outcome;
      return exhaustive;
    }
  }
}

function* checkFailure(
  call: Call,
  { errorType, errorMessage }: { readonly errorType: string; readonly errorMessage: string },
  lines: readonly LedgerLine[],
  permits: Permits,
): Iterable<Breach> {
  if (errorType === 'WorkRefused') {
    if (!call.refuse) yield { rule: 'own-result', text: 'failed, but its handler had not thrown' };
    if (errorMessage !== `work ${call.n}`) {
      yield { rule: 'own-result', text: `got the error of another one: ${errorMessage}` };
    }
    if (!lines.some(({ what }) => what === 'end')) yield { rule: 'ledger', text: 'an error of no run' };
    return;
  }
  const expected = errorType === TIMED_OUT ? permits.timeouts === true : TYPED.test(errorType);
  if (!expected) yield { rule: 'typed-error', text: `${errorType}: ${errorMessage}` };
  // A failure says that the deployed code did not answer in its place.
  const deployed = lines.some(({ what, where }) => what === 'end' && where === 'deployed');
  if (deployed && errorType.startsWith('Llx.')) {
    yield { rule: 'own-result', text: `${errorType}, though the deployed handler had answered` };
  }
}

function starts(lines: readonly LedgerLine[], where: LedgerLine['where']): readonly LedgerLine[] {
  return lines.filter((line) => line.what === 'start' && line.where === where);
}

import { describe, expect, test } from 'vitest';
import type { Call, CallOutcome } from './call.ts';
import { type Breach, checkRun, type Overlap, type Permits } from './check-run.ts';
import type { LedgerLine } from './ledger.ts';
import type { Where } from './project/work.ts';

const STRICT: Permits = { lostCallers: false, overlap: () => false };
const REQUEST = 'request-1';

function called(outcome: CallOutcome, refuse = false): Call {
  const expected = { digest: 'event', bodyDigest: 'body' };
  return {
    n: 1,
    functionName: 'orders',
    requestId: REQUEST,
    startedAt: 0,
    endedAt: 9,
    refuse,
    expected,
    outcome,
  };
}

function answered(
  where: Where,
  changed: Partial<{ n: number; requestId: string; digest: string }> = {},
): Call {
  const answer = { n: 1, where, requestId: REQUEST, digest: 'event', ...changed };
  return called({ type: 'answered', answer, bodyDigest: 'body' });
}

const failed = (errorType: string, errorMessage = ''): Call =>
  called({ type: 'failed', errorType, errorMessage });

function ran(where: Where, ...what: readonly LedgerLine['what'][]): readonly LedgerLine[] {
  return what.map((one) => ({ at: 1, what: one, where, n: 1, requestId: REQUEST, pid: 2 }));
}

const rulesOf = (breaches: readonly Breach[]): readonly string[] => breaches.map(({ rule }) => rule);
const LOCAL = ran('local', 'start', 'end');
const DEPLOYED = ran('deployed', 'start', 'end');

describe('a run that keeps the rules', () => {
  test.each<[string, Call, readonly LedgerLine[]]>([
    ['answered here', answered('local'), LOCAL],
    ['answered by the deployed handler', answered('deployed'), DEPLOYED],
    [
      'failed by its handler',
      called({ type: 'failed', errorType: 'WorkRefused', errorMessage: 'work 1' }, true),
      LOCAL,
    ],
    ['never claimed', failed('Llx.Unclaimed'), []],
    ['lost in the middle', failed('Llx.SessionLost'), ran('local', 'start')],
    ['answered too late', failed('Llx.SessionLost'), LOCAL],
    ['worker killed', failed('Runtime.ExitError'), ran('local', 'start')],
  ])('%s', (_name, call, ledger) => {
    expect(checkRun([call], ledger, STRICT)).toEqual([]);
  });
});

describe('a breach', () => {
  test.each<[string, Call, readonly LedgerLine[], string]>([
    ['no answer', called({ type: 'unanswered' }), LOCAL, 'answered-once'],
    ['a broken API', called({ type: 'lost', cause: 'ECONNRESET' }), LOCAL, 'answered-once'],
    ['the answer of another invocation', answered('local', { n: 2 }), LOCAL, 'own-result'],
    ['the answer of another request', answered('local', { requestId: 'request-2' }), LOCAL, 'own-result'],
    ['an altered event', answered('local', { digest: 'other' }), LOCAL, 'own-result'],
    ['a success of a handler that threw', { ...answered('local'), refuse: true }, LOCAL, 'own-result'],
    [
      'the error of another invocation',
      called({ type: 'failed', errorType: 'WorkRefused', errorMessage: 'work 2' }, true),
      LOCAL,
      'own-result',
    ],
    ['a success that no handler returned', called({ type: 'foreign', text: 'null' }), LOCAL, 'own-result'],
    ['an untyped error', failed('TypeError'), LOCAL, 'typed-error'],
    ['a defect of llx', failed('Llx.InternalError'), LOCAL, 'typed-error'],
    [
      'a timeout, though nothing stood still',
      failed('Sandbox.Timedout'),
      ran('local', 'start'),
      'typed-error',
    ],
    ['two local runs', answered('local'), [...LOCAL, ...ran('local', 'start')], 'ran-once'],
    ['two deployed runs', answered('deployed'), [...DEPLOYED, ...ran('deployed', 'start')], 'ran-once'],
    [
      'deployed beside local',
      answered('deployed'),
      [...ran('local', 'start'), ...DEPLOYED],
      'deployed-after-local',
    ],
    ['a failure, though deployed has answered', failed('Llx.SessionLost'), DEPLOYED, 'own-result'],
    ['an answer that nobody computed', answered('local'), [], 'ledger'],
    ['a fake success of a run that did not end', answered('local'), ran('local', 'start'), 'ledger'],
    [
      'a run that nobody called',
      answered('local'),
      [...LOCAL, ...ran('local', 'start').map((line) => ({ ...line, n: 5 }))],
      'ledger',
    ],
  ])('%s', (_name, call, ledger, rule) => {
    expect(rulesOf(checkRun([call], ledger, STRICT))).toEqual([rule]);
  });
});

test('callers may lose their answers only where their lines were disturbed', () => {
  const permits = { ...STRICT, lostCallers: true };
  expect(checkRun([called({ type: 'lost', cause: 'ECONNRESET' })], LOCAL, permits)).toEqual([]);
  expect(checkRun([called({ type: 'unanswered' })], LOCAL, permits)).toEqual([]);
});

test('a function may time out only where something stood still for as long', () => {
  const permits = { ...STRICT, timeouts: true };
  expect(checkRun([failed('Sandbox.Timedout')], ran('local', 'start'), permits)).toEqual([]);
});

test('deployed beside local is permitted for the request whose claim did not arrive, and for no other', () => {
  const ledger = [...ran('local', 'start'), ...DEPLOYED];
  const permits = { ...STRICT, overlap: ({ requestId }: Overlap) => requestId === REQUEST };
  expect(checkRun([answered('deployed')], ledger, permits)).toEqual([]);
});

import type { CaseResult } from './case-result.ts';
import { totalsOf } from './case-result.ts';
import type { RunSummary } from './reporters/reporter.ts';

/** Text that every format has to escape in its way, and that a terminal must not obey. */
export const HOSTILE =
  '<a href="x">&amp;</a> # \\ %0A ::error::, %,: \u0000\u001b[31m\u2028\u0085\ud800 ]]> \r\n  ...\n---';

export const PASSED: CaseResult = {
  name: 'orders/create',
  file: '/project/fixtures/events/orders/create.json',
  functionName: 'orders',
  status: 'passed',
  attempts: 1,
  durationMs: 12.3456,
  mismatches: [],
  updated: false,
};

export const FLAKY: CaseResult = { ...PASSED, name: 'orders/again', attempts: 3 };
export const UPDATED: CaseResult = { ...PASSED, name: 'orders/new', updated: true };

export const SKIPPED: CaseResult = {
  ...PASSED,
  name: 'orders/late',
  status: 'skipped',
  attempts: 0,
  durationMs: 0,
};

/** Another answer. */
export const DIFFERENT: CaseResult = {
  ...PASSED,
  name: 'orders/price',
  file: '/project/fixtures/events/orders/price.json',
  status: 'failed',
  expectation: { answer: { total: 82.8, items: ['MUG', 'PLATE'] } },
  mismatches: [{ part: 'answer', path: 'total', expected: '82.8', found: '28.8' }],
  observed: {
    answer: { total: 28.8, items: ['MUG', 'PLATE'] },
    logs: [
      '2026-11-21T21:52:35.161Z\t027379e0-efa8-40f8-8e87-6c303cb2f8d8\tINFO\torder A-1042',
      'a line of its own',
    ],
    durationMs: 12.3456,
    calls: [],
  },
};

/** It threw. */
export const THREW: CaseResult = {
  ...PASSED,
  name: 'hello/get',
  file: '/project/fixtures/events/hello/get.json',
  functionName: 'hello',
  status: 'failed',
  mismatches: [{ part: 'error', path: '', expected: 'no function error', found: 'TypeError: no name' }],
  observed: {
    answer: undefined,
    error: {
      errorType: 'TypeError',
      errorMessage: 'no name',
      stackTrace: [
        'TypeError: no name',
        '    at handler (/project/src/hello.ts:9:2)',
        '    at node:internal/process/task_queues:105:5',
      ],
    },
    failedBecause: 'handler',
    logs: [
      '2026-11-21T21:52:35.164Z\tf6046a4e-9eba-4980-bfc4-59338d775346\tERROR\tInvoke Error \t{"errorType":"TypeError"}',
    ],
    durationMs: 3,
    calls: [],
  },
  frame: {
    location: { file: '/project/src/hello.ts', line: 9, column: 2 },
    lines: [
      { line: 8, text: 'export const handler = async () => {' },
      { line: 9, text: '\tthrow new TypeError("no name");' },
      { line: 10, text: '};' },
    ],
  },
};

/** It is no fixture. */
export const BROKEN: CaseResult = {
  ...SKIPPED,
  name: 'hello/bad',
  file: '/project/fixtures/events/hello/bad.json',
  functionName: undefined,
  status: 'failed',
  problem: 'Expected JSON in /project/fixtures/events/hello/bad.json, found something else.',
};

/** Of a hostile function behind a hostile fixture. */
export const HOSTILE_CASE: CaseResult = {
  ...THREW,
  name: `hello/${HOSTILE}`,
  file: `/project/fixtures/${HOSTILE}.json`,
  functionName: `fn ${HOSTILE}`,
  mismatches: [{ part: 'answer', path: HOSTILE, expected: HOSTILE, found: HOSTILE }],
  expectation: { answer: HOSTILE },
  observed: {
    answer: undefined,
    error: { errorType: HOSTILE, errorMessage: HOSTILE, stackTrace: [HOSTILE] },
    logs: [HOSTILE],
    durationMs: 1,
    calls: [],
  },
};

export const ALL: readonly CaseResult[] = [THREW, BROKEN, PASSED, FLAKY, UPDATED, SKIPPED, DIFFERENT];

export function summaryOf(results: readonly CaseResult[], facts: Partial<RunSummary> = {}): RunSummary {
  const groups = Map.groupBy(results, ({ functionName }) => functionName);
  return {
    total: results.length,
    functions: new Map([...groups].map(([name, group]) => [name, group.length])),
    startedAt: Date.UTC(2026, 10, 21, 21, 32, 5),
    totals: totalsOf(results),
    durationMs: 1234.5678,
    interrupted: false,
    results,
    ...facts,
  };
}

/** A reporter's output of a whole run. */
export function written(
  create: (options: {
    readonly write: (text: string) => void;
    readonly fileText: (file: string) => string;
  }) => import('./reporters/reporter.ts').Reporter,
  summary: RunSummary,
): string {
  let output = '';
  const reporter = create({
    write: (text) => {
      output += text;
    },
    fileText: (file) => file.replace(/^\/project\//, ''),
  });
  const { total, functions, shard, startedAt } = summary;
  reporter.begin?.({ total, functions, startedAt, ...(shard === undefined ? {} : { shard }) });
  for (const result of summary.results) reporter.result?.(result);
  reporter.end(summary);
  return output;
}

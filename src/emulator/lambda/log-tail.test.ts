import { expect, test } from 'vitest';
import { executionLog, logTail, reportLine } from './log-tail.ts';

test('a log has the lines of recordings of real AWS, the report ending in a tab', () => {
  const log = executionLog('id-1', '$LATEST', ['one', 'two'], 128, {
    durationMs: 1.5,
    initMs: 20.25,
    coldStart: true,
    maxMemoryMb: 50,
    status: 'succeeded',
  });
  expect(log.split('\n')).toEqual([
    'START RequestId: id-1 Version: $LATEST',
    'one',
    'two',
    'END RequestId: id-1',
    'REPORT RequestId: id-1\tDuration: 1.50 ms\tBilled Duration: 22 ms\tMemory Size: 128 MB\tMax Memory Used: 50 MB\tInit Duration: 20.25 ms\t',
    '',
  ]);
});

test('a warm run has no init duration', () => {
  const log = executionLog('id-1', '$LATEST', [], 128, {
    durationMs: 1,
    coldStart: false,
    status: 'succeeded',
  });
  expect(log).toContain('Max Memory Used: 0 MB\t\n');
});

test('the tail is the last 4 KB in base64', () => {
  const tail = Buffer.from(logTail(`${'x'.repeat(5000)}end`), 'base64').toString();
  expect(tail).toHaveLength(4096);
  expect(tail.endsWith('end')).toBe(true);
});

const run = { durationMs: 1000, coldStart: false, maxMemoryMb: 30 } as const;
const memory = 'Memory Size: 128 MB\tMax Memory Used: 30 MB';

test.each([
  ['timeout', 'Sandbox.Timedout', 'Status: timeout\t'],
  ['exit', 'Runtime.ExitError', 'Status: error\tError Type: Runtime.ExitError\t'],
  ['memory', 'Runtime.OutOfMemory', 'Status: error\tError Type: Runtime.OutOfMemory\t'],
  ['handler', 'Error', ''],
  ['oversize', 'Function.ResponseSizeTooLarge', ''],
])(
  'the report of a run that ended by %s (%s) says what happened to its environment',
  (failure, errorType, status) => {
    expect(reportLine('id-1', 128, { ...run, status: 'failed', failure, errorType })).toBe(
      `REPORT RequestId: id-1\tDuration: 1000.00 ms\tBilled Duration: 1000 ms\t${memory}\t${status}`,
    );
  },
);

test('an init that failed has a report of its own before START', () => {
  const facts = {
    ...run,
    initMs: 20,
    status: 'failed',
    failure: 'init',
    errorType: 'Runtime.ImportModuleError',
  } as const;
  expect(executionLog('id-1', '$LATEST', [], 128, facts).split('\n').slice(0, 2)).toEqual([
    'INIT_REPORT Init Duration: 20.00 ms\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError',
    'START RequestId: id-1 Version: $LATEST',
  ]);
});

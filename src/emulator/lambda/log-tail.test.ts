import { expect, test } from 'vitest';
import { executionLog, logTail } from './log-tail.ts';

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

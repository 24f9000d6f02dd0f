import { expect, test } from 'vitest';
import { observedRecord } from '../../session/new-record.ts';
import type { InvocationRecord } from '../../session/store.ts';
import { failureLocation, failureView } from './failure-view.ts';

function failedWith(...trace: readonly string[]): InvocationRecord {
  const answer = Buffer.from(JSON.stringify({ errorType: 'Error', errorMessage: 'boom', trace }));
  return observedRecord(
    {
      type: 'observed',
      id: '1',
      requestId: 'r',
      functionName: 'orders',
      lane: 'default',
      event: Buffer.from('{}'),
      answer,
      answerBytes: answer.byteLength,
      streamed: false,
      durationMs: 1,
      errorType: 'Error',
      at: 0,
    },
    1,
  );
}

test.each([
  ['    at handler (/p/src/orders.ts:12:9)', '/p/src/orders.ts', 12, 9],
  ['    at Shop.pay [as buy] (file:///p/my%20shop.ts:3:1)', '/p/my shop.ts', 3, 1],
  ['    at /p/src/orders.ts:12:9', '/p/src/orders.ts', 12, 9],
  ['    at async file:///p/src/orders.ts:12:9', '/p/src/orders.ts', 12, 9],
  ['    at async Page (/p/app/(shop)/page.tsx:1:2)', '/p/app/(shop)/page.tsx', 1, 2],
  ['    at C:\\p\\orders.ts:12:9', 'C:\\p\\orders.ts', 12, 9],
  ['  File "/p/orders.py", line 7, in handler', '/p/orders.py', 7, undefined],
])('%s is where the code was', (line, file, row, column) => {
  expect(failureLocation(failedWith('Error: boom', line))).toEqual({
    file,
    line: row,
    ...(column === undefined ? {} : { column }),
  });
});

test.each([
  '    at node:internal/process/task_queues:95:5',
  '    at load (/p/node_modules/left-pad/index.js:1:1)',
  '    at eval (eval at run (/p/a.js:1:1), <anonymous>:1:1)',
  '    at async Promise.all (index 0)',
  '    at <anonymous>',
  'at nothing:12',
])('%s is not of the own code', (line) => {
  expect(failureLocation(failedWith('Error: boom', line))).toBeUndefined();
});

test('a line that goes on like the beginning of a frame is drawn at once', () => {
  // Going back over it took a pattern half a minute.
  const record = failedWith(`at ${'('.repeat(20_000)}`, `at ${'(:'.repeat(2_000)}`);
  const began = performance.now();
  expect(failureView(record, undefined, 100).count).toBeGreaterThan(200);
  expect(performance.now() - began).toBeLessThan(2_000);
});

test('is made once for a width', () => {
  const record = failedWith('Error: boom');
  expect(failureView(record, undefined, 100)).toBe(failureView(record, undefined, 100));
  expect(failureView(record, undefined, 90)).not.toBe(failureView(record, undefined, 100));
});

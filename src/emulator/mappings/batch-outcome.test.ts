import { expect, test } from 'vitest';
import type { InvocationResult } from '../../runtime/invocation.ts';
import { doneMessages } from './batch-outcome.ts';

const IDS = ['a', 'b', 'c'];

function answered(payload: string): InvocationResult {
  return {
    status: 'succeeded',
    payload: Buffer.from(payload),
    streamed: false,
    durationMs: 1,
    coldStart: false,
  };
}

const FAILED: InvocationResult = {
  status: 'failed',
  failure: 'handler',
  errorType: 'Error',
  payload: Buffer.from('{}'),
  durationMs: 1,
  coldStart: false,
};

test.each([
  ['', IDS],
  ['null', IDS],
  ['""', IDS],
  ['{}', IDS],
  ['{"batchItemFailures":null}', IDS],
  ['{"batchItemFailures":[]}', IDS],
  ['{"batchItemFailures":[{"itemIdentifier":"b"}]}', ['a', 'c']],
  ['{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b"},{"itemIdentifier":"c"}]}', []],
  ['{"batchItemFailures":[{"itemIdentifier":"unknown"}]}', []],
  ['{"batchItemFailures":[{"itemIdentifier":""}]}', []],
  ['{"batchItemFailures":[{"itemIdentifier":null}]}', []],
  ['{"batchItemFailures":[{"id":"a"}]}', []],
  ['{"batchItemFailures":["a"]}', []],
  ['{"batchItemFailures":{}}', []],
  ['{"batchItemFailures":', []],
  ['"done"', []],
  ['[]', []],
])('an answer of %s leaves %j done', (payload, done) => {
  expect(doneMessages(answered(payload), IDS, true)).toEqual(done);
  expect(doneMessages(answered(payload), IDS, false)).toEqual(IDS);
});

test('nothing is done where the function failed', () => {
  expect(doneMessages(FAILED, IDS, true)).toEqual([]);
  expect(doneMessages(FAILED, IDS, false)).toEqual([]);
});

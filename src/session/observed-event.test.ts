import { expect, test } from 'vitest';
import type { ObserveMeta } from '../protocol/message.ts';
import type { FunctionSpec } from '../runtime/invocation.ts';
import { observedEvent } from './observed-event.ts';

const META: ObserveMeta = {
  requestId: 'r',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:orders:live',
  functionName: 'orders',
  functionVersion: '7',
  memoryLimitInMB: '128',
  logGroupName: 'g',
  logStreamName: 's',
  lane: 'default',
  failed: false,
  eventBytes: 2,
  durationMs: 4,
};

const SPEC: FunctionSpec = {
  name: 'orders',
  arn: 'arn:aws:lambda:us-east-1:000000000000:function:orders',
  handler: 'orders.handler',
  runtime: 'nodejs24.x',
  timeoutMs: 3_000,
  memoryMb: 128,
  environment: {},
  root: '/',
  code: 'source',
};

function observed(meta: Partial<ObserveMeta>, payload: string) {
  return observedEvent(
    { kind: 'observe', id: 'id', meta: { ...META, ...meta }, payload: Buffer.from(payload) },
    SPEC,
    1,
  );
}

test('a copy is an event with what was given and what came of it', () => {
  expect(observed({}, '{}"answer"')).toEqual({
    type: 'observed',
    id: 'id',
    requestId: 'r',
    functionName: 'orders',
    lane: 'default',
    event: Buffer.from('{}'),
    answer: Buffer.from('"answer"'),
    answerBytes: 8,
    streamed: false,
    durationMs: 4,
    errorType: undefined,
    at: 1,
  });
});

test('of a long stream it says what it was and how long', () => {
  expect(observed({ streamed: true, answerBytes: 1_000 }, '{}abc')).toMatchObject({
    streamed: true,
    answerBytes: 1_000,
    answer: Buffer.from('abc'),
  });
});

test.each([
  ['{"errorType":"TypeError"}', 'TypeError'],
  ['{"errorType":"TypeEr', 'Error'],
  ['null', 'Error'],
])('a failure with %s is of the type %s', (answer, errorType) => {
  expect(observed({ failed: true }, `{}${answer}`)).toMatchObject({ errorType });
});

test('a copy that announces more than it holds is none', () => {
  expect(observed({ eventBytes: 3 }, '{}')).toBeUndefined();
});

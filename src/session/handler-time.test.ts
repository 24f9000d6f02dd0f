import { expect, test } from 'vitest';
import { TIMING } from '../protocol/timing.ts';
import { HandlerTime } from './handler-time.ts';
import { reduceSessionInvocation } from './invocation.ts';
import { stopEvent } from './stop-event.ts';

const SPEC = {
  name: 'orders',
  arn: 'arn:aws:lambda:us-east-1:000000000000:function:orders',
  handler: 'orders.handler',
  runtime: 'nodejs24.x',
  timeoutMs: 1_000,
  memoryMb: 128,
  environment: {},
  root: '/',
  code: 'source',
} as const;

/** What is told of an invocation that is stopped so long after it came. */
function told(afterMs: number, how: 'cancel' | 'withdraw' | 'quit') {
  let passed = 50;
  const time = new HandlerTime(1_000, TIMING, () => passed);
  passed += afterMs;
  const message = how === 'quit' ? undefined : { kind: how, id: 'i', meta: {}, payload: new Uint8Array() };
  const running = { phase: 'running', claimed: true, beatIntervalMs: 1_500, keepMs: 1_000 } as const;
  const [, effects] = reduceSessionInvocation(
    running,
    message === undefined ? { type: 'quit' } : { type: 'message', message },
  );
  const stop = effects.find((effect) => effect.type === 'stop');
  return stop && stopEvent(stop, { id: 'i', at: 7, requestId: 'r-1', spec: SPEC, time });
}

test('a handler ends before Lambda’s deadline, by a quarter of its time at most', () => {
  expect(new HandlerTime(1_000, TIMING).runMs).toBe(850);
  expect(new HandlerTime(100, TIMING).runMs).toBe(75);
  expect(new HandlerTime(1, TIMING).runMs).toBe(1);
});

test('one that its caller gives up after its own time has timed out, whoever saw that first', () => {
  expect(told(850, 'cancel')).toMatchObject({
    type: 'ended',
    id: 'i',
    at: 7,
    result: { status: 'failed', failure: 'timeout', errorType: 'Sandbox.Timedout', durationMs: 850 },
  });
});

test.each([
  ['cancelled', 'given up before', 849, 'cancel'],
  ['cancelled', 'stopped with its session', 900, 'quit'],
  ['withdrawn', 'withdrawn', 900, 'withdraw'],
] as const)('is %s where it is %s', (phase, _why, afterMs, how) => {
  expect(told(afterMs, how)).toMatchObject({ type: 'stopped', phase });
});

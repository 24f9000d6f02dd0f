import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterFailure, afterThrottle, beforeTry, type Tries } from './async-decision.ts';

const FRESH: Tries = { receivedAt: 0, attempts: 0, throttles: 0 };

test.each([
  [0, []],
  [1, [60_000]],
  [2, [60_000, 120_000]],
  [undefined, [60_000, 120_000]],
])('with %s retries a failing function waits %j ms', (maximumRetries, delays) => {
  const waited: number[] = [];
  let tries = FRESH;
  for (;;) {
    const limits = maximumRetries === undefined ? {} : { maximumRetries };
    const decision = afterFailure(tries, limits, 0);
    ({ tries } = decision);
    if (decision.type === 'give-up') {
      expect(decision).toEqual({
        type: 'give-up',
        tries: { ...FRESH, attempts: delays.length + 1 },
        condition: 'RetriesExhausted',
      });
      break;
    }
    waited.push(decision.dueAt);
  }
  expect(waited).toEqual(delays);
});

test('throttles wait twice as long each time, five minutes at most, and six hours in all', () => {
  const waited: number[] = [];
  let now = 0;
  let tries = FRESH;
  for (;;) {
    const decision = afterThrottle(tries, {}, now);
    if (decision.type === 'give-up') {
      expect(decision.condition).toBe('EventAgeExceeded');
      break;
    }
    waited.push((decision.dueAt - now) / 1000);
    now = decision.dueAt;
    ({ tries } = decision);
  }
  expect(waited.slice(0, 11)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  expect(now).toBeLessThanOrEqual(6 * 3_600_000);
  expect(now).toBeGreaterThan(6 * 3_600_000 - 300_000);
});

test('before a try: too old, or never to be run, is given up', () => {
  const limits = { maximumAgeSeconds: 60 };
  expect(beforeTry(FRESH, limits, { now: 60_000, reserved: 1 })).toBeUndefined();
  expect(beforeTry(FRESH, limits, { now: 60_001, reserved: undefined })).toMatchObject({
    condition: 'EventAgeExceeded',
  });
  expect(beforeTry(FRESH, limits, { now: 0, reserved: 0 })).toMatchObject({
    condition: 'ZeroReservedConcurrency',
  });
});

test('whatever happens to an event, it is never due beyond its age', () => {
  const step = fc.constantFrom('failed', 'throttled');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 60, max: 21_600 }), (steps, age) => {
      let tries = FRESH;
      let now = 0;
      for (const one of steps) {
        const decision = (one === 'failed' ? afterFailure : afterThrottle)(
          tries,
          { maximumAgeSeconds: age },
          now,
        );
        if (decision.type === 'give-up') return;
        expect(decision.dueAt).toBeGreaterThan(now);
        expect(decision.dueAt).toBeLessThanOrEqual(age * 1_000);
        now = decision.dueAt;
        ({ tries } = decision);
      }
    }),
  );
});

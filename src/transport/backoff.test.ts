import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoff } from './backoff.ts';

test('waits half a second to a second first, then twice as long at most, up to half a minute', () => {
  const bounds = [1, 2, 3, 4, 5, 6, 7].map((attempt) => [
    backoff(attempt, () => 0),
    backoff(attempt, () => 1),
  ]);
  expect(bounds).toEqual([
    [500, 1_000],
    [500, 2_000],
    [500, 4_000],
    [500, 8_000],
    [500, 16_000],
    [500, 30_000],
    [500, 30_000],
  ]);
});

test('stays within half a second and half a minute after any number of attempts', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (attempt, random) => {
        const ms = backoff(attempt, () => random);
        expect(ms).toBeGreaterThanOrEqual(500);
        expect(ms).toBeLessThanOrEqual(30_000);
      },
    ),
  );
});

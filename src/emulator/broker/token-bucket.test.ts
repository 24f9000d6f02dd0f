import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

describe('a token bucket', () => {
  test('lets what one second allows pass at once, and nothing more', () => {
    const bucket = new TokenBucket(3, () => 0);
    expect([1, 2, 3, 4].map(() => bucket.tryTake())).toEqual([true, true, true, false]);
  });

  test('never lets more pass than a second’s worth and what time brought', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), steps, (perSecond, waits) => {
        let time = 0;
        let passed = 0;
        const bucket = new TokenBucket(perSecond, () => time);
        for (const wait of waits) {
          time += wait;
          while (bucket.tryTake()) passed += 1;
          // A billionth for the sums of fractions.
          expect(passed).toBeLessThanOrEqual(perSecond + (time * perSecond) / 1000 + 1e-9);
        }
      }),
    );
  });

  test('says how long what was taken in advance takes to come', () => {
    let time = 0;
    const bucket = new TokenBucket(1_000, () => time);
    bucket.take(1_500);
    expect(bucket.debtMs).toBe(500);
    time += 499;
    expect(bucket.debtMs).toBe(1);
    time += 1;
    expect(bucket.debtMs).toBe(0);
  });

  test('without end never runs dry', () => {
    let time = 0;
    const bucket = new TokenBucket(Number.POSITIVE_INFINITY, () => time);
    bucket.take(1e12);
    time += 1;
    expect([bucket.tryTake(), bucket.debtMs]).toEqual([true, 0]);
  });

  test('of less than one a second lets one pass, then waits', () => {
    let time = 0;
    const bucket = new TokenBucket(0.5, () => time);
    expect([bucket.tryTake(), bucket.tryTake()]).toEqual([true, false]);
    time += 2_000;
    expect(bucket.tryTake()).toBe(true);
  });
});

import { describe, expect, test } from 'vitest';
import { RateByKey } from './rate-by-key.ts';

describe('a rate for each key', () => {
  test('lets one pass in an interval, whatever other keys do', () => {
    let time = 0;
    const rate = new RateByKey(2, () => time);
    expect([rate.tryTake('a'), rate.tryTake('a'), rate.tryTake('b')]).toEqual([true, false, true]);
    time = 499;
    expect(rate.tryTake('a')).toBe(false);
    time = 500;
    expect(rate.tryTake('a')).toBe(true);
  });

  test('without end lets everything pass', () => {
    const rate = new RateByKey(Number.POSITIVE_INFINITY, () => 0);
    expect([rate.tryTake('a'), rate.tryTake('a')]).toEqual([true, true]);
  });

  test('forgets keys that it need not know any more', () => {
    let time = 0;
    const rate = new RateByKey(1, () => time);
    for (let n = 0; n < 1_000; n += 1) {
      time += 100;
      rate.tryTake(`key ${n}`);
    }
    expect(rate.size).toBe(10);
  });
});

import { describe, expect, test } from 'vitest';
import { dueTimes } from './due-times.ts';
import { parseScheduleExpression } from './schedule-expression.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Times of each hour, from the epoch on; what was missed began at hour 0. */
function hourly(now: number, policy: 'once' | 'skip' | 'all', maximumAgeMs = DAY) {
  return dueTimes(
    parseScheduleExpression('rate(1 hour)', { firstAt: 0 }),
    { after: 0, now, maximumAgeMs },
    policy,
  );
}

test('what is a minute late is on time, whatever the policy', () => {
  expect(hourly(HOUR + MINUTE, 'skip')).toEqual({ runs: [HOUR], missed: undefined });
});

describe('what is later was missed', () => {
  const now = 3 * HOUR + 2 * MINUTE;
  const missed = { count: 3, first: HOUR, last: 3 * HOUR, older: false };

  test('skip: none of it runs', () => {
    expect(hourly(now, 'skip')).toEqual({ runs: [], missed: { ...missed, madeUp: 0 } });
  });

  test('once: the last of it runs', () => {
    expect(hourly(now, 'once')).toEqual({ runs: [3 * HOUR], missed: { ...missed, madeUp: 1 } });
  });

  test('all: each runs, and what is on time after them', () => {
    expect(hourly(now, 'all')).toEqual({
      runs: [HOUR, 2 * HOUR, 3 * HOUR],
      missed: { ...missed, madeUp: 3 },
    });
    expect(hourly(4 * HOUR, 'once')).toEqual({
      runs: [3 * HOUR, 4 * HOUR],
      missed: { ...missed, madeUp: 1 },
    });
  });

  test('what is older than its event may become is not made up for', () => {
    expect(hourly(30 * HOUR + 2 * MINUTE, 'all', 2 * HOUR)).toEqual({
      runs: [29 * HOUR, 30 * HOUR],
      missed: { count: 2, first: 29 * HOUR, last: 30 * HOUR, madeUp: 2, older: true },
    });
    const once = parseScheduleExpression('at(1970-01-01T01:00:00)', { firstAt: 0 });
    expect(dueTimes(once, { after: 0, now: 3 * DAY, maximumAgeMs: DAY }, 'once')).toEqual({
      runs: [],
      missed: { count: 0, first: HOUR, last: HOUR, madeUp: 0, older: true },
    });
  });

  test('of a great many the newest hundred are made up for', () => {
    const everyMinute = parseScheduleExpression('rate(1 minute)', { firstAt: 0 });
    const { runs, missed } = dueTimes(everyMinute, { after: 0, now: DAY, maximumAgeMs: DAY }, 'all');
    expect(missed).toEqual({ count: 1438, first: MINUTE, last: DAY - 2 * MINUTE, madeUp: 100, older: false });
    expect(runs.slice(-2)).toEqual([DAY - MINUTE, DAY]);
    expect(runs).toHaveLength(102);
  });
});

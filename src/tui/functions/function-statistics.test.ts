import { expect, test } from 'vitest';
import { createSessionStore } from '../../session/store.ts';
import { NOON, offered, succeeded } from '../testing/session-events.ts';
import { FunctionStatistics } from './function-statistics.ts';
import { sparkline } from './sparkline.ts';

function open() {
  const clock = { now: NOON };
  const store = createSessionStore();
  const statistics = new FunctionStatistics(store, () => clock.now);
  const run = (id: string, durationMs: number) => {
    store.dispatch(offered(id));
    const ended = succeeded(id);
    if (ended.type === 'ended') store.dispatch({ ...ended, result: { ...ended.result, durationMs } });
  };
  return { clock, store, statistics, run };
}

test('percentiles are durations that there were, of the last 512', () => {
  const { statistics, run } = open();
  expect(statistics.of('orders')).toMatchObject({ p50: undefined, p95: undefined });
  for (let number = 1; number <= 100; number += 1) run(`${number}`, number);
  expect(statistics.of('orders')).toMatchObject({ p50: 50, p95: 95 });
  for (let number = 0; number < 512; number += 1) run(`later-${number}`, 7);
  expect(statistics.of('orders')).toMatchObject({ p50: 7, p95: 7 });
});

test('activity is of the last ten minutes, and what is older is forgotten', () => {
  const { clock, statistics, run } = open();
  run('1', 1);
  run('2', 1);
  clock.now += 30_000;
  run('3', 1);
  expect(statistics.of('orders').activity.slice(-4)).toEqual([2, 0, 0, 1]);
  clock.now += 570_000;
  expect(statistics.of('orders').activity).toEqual([
    ...new Array<number>(2).fill(0),
    1,
    ...new Array<number>(57).fill(0),
  ]);
  clock.now += 3_600_000;
  expect(Math.max(...statistics.of('orders').activity)).toBe(0);
});

test('what was known before it was opened counts, and after close nothing does', () => {
  const { store, run, statistics } = open();
  run('1', 4);
  const later = new FunctionStatistics(store, () => NOON);
  expect(later.of('orders').p50).toBe(4);
  statistics.close();
  run('2', 90);
  expect(statistics.of('orders').p95).toBe(4);
});

test('a sparkline has a bar for each value, the highest full, the last ones where there is no room', () => {
  expect(sparkline([0, 1, 4, 8], 4)).toBe(' ▁▄█');
  expect(sparkline([0, 1, 4, 8], 2)).toBe('▄█');
  expect(sparkline([0, 0], 2)).toBe('  ');
});

import { expect, it } from 'vitest';
import type { StoredLogEvent } from './log-events.ts';
import { LogWindow } from './log-window.ts';

const compare = (a: StoredLogEvent, b: StoredLogEvent): number => a.at - b.at;
const event = (at: number, message = 'm'): StoredLogEvent => ({
  at,
  id: at,
  streamId: 1,
  ingestedAt: 0,
  message,
});

it('keeps all where they fit, in their order', () => {
  const window = new LogWindow({ compare, mostBytes: 10_000 });
  for (const at of [3, 1, 2]) window.add(event(at));
  expect(window.events().map(({ at }) => at)).toEqual([1, 2, 3]);
  expect(window.end).toBeUndefined();
});

it('holds the first of them where more come than fit, and says where they end', () => {
  const window = new LogWindow({ compare, mostBytes: 10_000 });
  const most = 2 * 10_000 + event(0).message.length + 200;
  let held = 0;
  for (let index = 0; index < 5_000; index++) {
    window.add(event((index * 7_919) % 5_000));
    held = Math.max(held, window.events().length);
  }
  expect(held * 152).toBeLessThanOrEqual(most);
  const kept = window.events();
  expect(kept.map(({ at }) => at)).toEqual(kept.map((_, index) => index));
  expect(window.end).toEqual(kept.at(-1));
});

it('holds one that is larger than what fits, so that reading goes on', () => {
  const window = new LogWindow({ compare, mostBytes: 100 });
  for (const at of [2, 1, 3]) window.add(event(at, 'x'.repeat(1_000)));
  expect(window.events().map(({ at }) => at)).toEqual([1]);
  expect(window.end?.at).toBe(1);
});

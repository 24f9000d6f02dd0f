import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SuspendWatch } from './suspend-watch.ts';

let offset = 0;
const now = (): number => Date.now() + offset;
/** A clock that never saw a pause. */
const still = (): number => 0;

beforeEach(() => {
  offset = 0;
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

test('while the process runs nothing has waited', () => {
  const watch = new SuspendWatch(now);
  vi.advanceTimersByTime(10_000);
  expect(watch.waitedMs()).toBe(0);
  watch.close();
});

test('a message that is read before the first timer after a pause may have waited the whole pause', () => {
  const watch = new SuspendWatch(now);
  vi.advanceTimersByTime(250);
  offset = 8_000;
  expect(watch.waitedMs()).toBe(7_750);
  watch.close();
});

test('what is read shortly after the wake may be from before it, later it is not', () => {
  const watch = new SuspendWatch(now);
  vi.advanceTimersByTime(250);
  offset = 8_000;
  vi.advanceTimersByTime(250);
  expect(watch.waitedMs()).toBe(8_000);
  vi.advanceTimersByTime(300);
  expect(watch.waitedMs()).toBe(0);
  watch.close();
});

test('the wall clock tells of a sleep during which the monotonic one stood still, and is believed only forward', () => {
  const watch = new SuspendWatch(still, now);
  offset = 8_000;
  expect(watch.waitedMs()).toBe(7_750);
  watch.close();
  const setBack = new SuspendWatch(still, now);
  offset = -86_400_000;
  expect(setBack.waitedMs()).toBe(0);
  setBack.close();
});

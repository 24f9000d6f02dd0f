import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AsyncQueue } from './async-queue.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a failing function is tried again after one minute and after two, then no more', async () => {
  const queue = new AsyncQueue();
  const started = Date.now();
  const tries: number[] = [];
  queue.add(async () => {
    tries.push(Date.now() - started);
    return { failed: true };
  });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(tries).toEqual([0, 60_000, 180_000]);
});

test('a function that succeeds is not tried again', async () => {
  const queue = new AsyncQueue();
  let tries = 0;
  queue.add(async () => ({ failed: ++tries === 1 }));
  await vi.advanceTimersByTimeAsync(600_000);
  expect(tries).toBe(2);
});

test('close waits for what runs and forgets what waits', async () => {
  const queue = new AsyncQueue();
  let tries = 0;
  queue.add(async () => ({ failed: ++tries > 0 }));
  await vi.advanceTimersByTimeAsync(0);
  await queue.close();
  expect(vi.getTimerCount()).toBe(0);
  queue.add(async () => ({ failed: ++tries > 0 }));
  expect(tries).toBe(1);
});

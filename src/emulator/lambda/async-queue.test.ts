import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AsyncQueue } from './async-queue.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const unexpected = (): void => expect.fail('nothing is given up here');

test('a failing function is tried again after one minute and after two, then no more', async () => {
  const queue = new AsyncQueue();
  const started = Date.now();
  const tries: number[] = [];
  queue.add(async () => {
    tries.push(Date.now() - started);
    return { failed: true };
  }, unexpected);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(tries).toEqual([0, 60_000, 180_000]);
});

test('a function that succeeds is not tried again', async () => {
  const queue = new AsyncQueue();
  let tries = 0;
  queue.add(async () => ({ failed: ++tries === 1 }), unexpected);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(tries).toBe(2);
});

test('close waits for what runs, and says which tries it gives up', async () => {
  const queue = new AsyncQueue();
  const given: string[] = [];
  let tries = 0;
  let finish = (): void => undefined;
  const running = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const fail = async (): Promise<{ failed: true }> => {
    tries += 1;
    return { failed: true };
  };
  queue.add(fail, () => given.push('a retry that waits'));
  queue.add(
    () => running.then(fail),
    () => given.push('a retry that would have followed'),
  );
  await vi.advanceTimersByTimeAsync(0);
  let closed = false;
  const closing = queue.close().then(() => {
    closed = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(closed).toBe(false);
  finish();
  await closing;
  queue.add(fail, () => given.push('a first try'));
  expect(given).toEqual(['a retry that waits', 'a retry that would have followed', 'a first try']);
  expect(tries).toBe(2);
  expect(vi.getTimerCount()).toBe(0);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Closers } from './closers.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const unexpected = (error: unknown): void => expect.fail(String(error));

test('what was started last is ended first, one after the other', async () => {
  const closers = new Closers();
  const steps: string[] = [];
  for (const name of ['one', 'two']) {
    closers.add(async () => {
      steps.push(`${name} begins`);
      await Promise.resolve();
      steps.push(`${name} has ended`);
    });
  }
  await closers.close(unexpected);
  expect(steps).toEqual(['two begins', 'two has ended', 'one begins', 'one has ended']);
});

test('each is ended once, however often close is called', async () => {
  const closers = new Closers();
  let ends = 0;
  closers.add(async () => void ends++);
  await Promise.all([closers.close(unexpected), closers.close(unexpected)]);
  expect(ends).toBe(1);
});

test('what fails to end is told, and the rest is ended too', async () => {
  const closers = new Closers();
  const failure = new Error('stuck');
  const errors: unknown[] = [];
  let ended = false;
  closers.add(async () => {
    ended = true;
  });
  closers.add(() => Promise.reject(failure));
  await closers.close((error) => errors.push(error));
  expect(errors).toEqual([failure]);
  expect(ended).toBe(true);
});

test('what never ends is given up after five seconds in all', async () => {
  const closers = new Closers();
  const errors: unknown[] = [];
  closers.add(() => new Promise(() => undefined));
  const closing = closers.close((error) => errors.push(error));
  await vi.advanceTimersByTimeAsync(4_999);
  expect(errors).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await closing;
  expect(errors).toEqual([new Error('expected everything to end within 5 s')]);
});

test('no timer is left behind', async () => {
  const closers = new Closers();
  closers.add(async () => undefined);
  await closers.close(unexpected);
  expect(vi.getTimerCount()).toBe(0);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSessionStore } from '../session/store.ts';
import { createFrameSource } from './frame-source.ts';
import { offered } from './testing/session-events.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('the first change shows at once, those in the next 40 ms together', () => {
  const store = createSessionStore();
  const frames = createFrameSource(store, 40);
  const seen: number[] = [];
  const stop = frames.subscribe(() => seen.push(frames.getSnapshot().invocations.length));
  const change = (id: string) => {
    store.dispatch(offered(id));
    vi.advanceTimersByTime(1);
  };
  change('1');
  expect(seen).toEqual([1]);
  change('2');
  change('3');
  expect([seen, frames.getSnapshot().invocations.length]).toEqual([[1], 1]);
  vi.advanceTimersByTime(40);
  expect(seen).toEqual([1, 3]);
  vi.advanceTimersByTime(40);
  change('4');
  expect(seen).toEqual([1, 3, 4]);
  stop();
  change('5');
  vi.advanceTimersByTime(100);
  expect([seen, vi.getTimerCount()]).toEqual([[1, 3, 4], 0]);
});

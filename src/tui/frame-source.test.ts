import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createSessionStore } from '../session/store.ts';
import { createFrameSource } from './frame-source.ts';
import { offered } from './testing/session-events.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('the first change shows at once, those in the next 40 ms together', async () => {
  const store = createSessionStore();
  const frames = createFrameSource(store, { intervalMs: 40 });
  const seen: number[] = [];
  const stop = frames.subscribe(() => seen.push(frames.getSnapshot().state.invocations.length));
  const change = async (id: string) => {
    store.dispatch(offered(id));
    await vi.advanceTimersByTimeAsync(1);
  };
  await change('1');
  expect(seen).toEqual([1]);
  await change('2');
  await change('3');
  expect([seen, frames.getSnapshot().state.invocations.length]).toEqual([[1], 1]);
  await vi.advanceTimersByTimeAsync(40);
  expect(seen).toEqual([1, 3]);
  await vi.advanceTimersByTimeAsync(40);
  await change('4');
  expect(seen).toEqual([1, 3, 4]);
  stop();
  await change('5');
  await vi.advanceTimersByTimeAsync(100);
  expect([seen, vi.getTimerCount()]).toEqual([[1, 3, 4], 0]);
});

test('a drawing that takes long is followed by a pause three times as long', async () => {
  const { draw, drawings } = drawing({ tookMs: 20, busyMs: 20 });
  await draw();
  await vi.advanceTimersByTimeAsync(58);
  expect(drawings()).toBe(1);
  await vi.advanceTimersByTimeAsync(2);
  expect(drawings()).toBe(2);
});

test('a drawing that other programs held up is no reason to draw less often', async () => {
  const { draw, drawings } = drawing({ tookMs: 30, busyMs: 5 });
  await draw();
  await vi.advanceTimersByTimeAsync(13);
  expect(drawings()).toBe(1);
  await vi.advanceTimersByTimeAsync(2);
  expect(drawings()).toBe(2);
});

/** A screen whose drawings take so long, by the clock and by the processor; it is to draw twice. */
function drawing({ tookMs, busyMs }: { readonly tookMs: number; readonly busyMs: number }) {
  const store = createSessionStore();
  let time = 0;
  let busy = 0;
  let drawings = 0;
  const frames = createFrameSource(store, { intervalMs: 40, now: () => time, busy: () => busy });
  onTestFinished(
    frames.subscribe(() => {
      drawings += 1;
      time += tookMs;
      busy += busyMs;
    }),
  );
  const draw = async () => {
    store.dispatch(offered('1'));
    await vi.advanceTimersByTimeAsync(1);
    store.dispatch(offered('2'));
  };
  return { draw, drawings: () => drawings };
}

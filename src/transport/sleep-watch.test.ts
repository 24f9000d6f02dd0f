import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchSleep } from './sleep-watch.ts';
import type { ConnectionState } from './transport.ts';

let wall = 0;
let monotonic = 0;
let state: ConnectionState = { status: 'connected', connection: 1 };
let answer: (alive: boolean) => void = () => undefined;
const probe = vi.fn(
  () =>
    new Promise<boolean>((resolve) => {
      answer = resolve;
    }),
);
let stop = (): void => undefined;

beforeEach(() => {
  vi.useFakeTimers();
  [wall, monotonic] = [0, 0];
  state = { status: 'connected', connection: 1 };
  const transport = {
    probe,
    get state() {
      return state;
    },
  };
  stop = watchSleep(transport, {
    pauseMs: 5_000,
    probeMs: 700,
    wallClock: () => wall,
    monotonicClock: () => monotonic,
  });
});

afterEach(() => {
  stop();
  probe.mockClear();
  vi.useRealTimers();
});

/** One tick of the watch, before which the clocks went on by so much. */
function tick(wallMs: number, monotonicMs: number): void {
  wall += wallMs;
  monotonic += monotonicMs;
  vi.advanceTimersByTime(1_000);
}

test.each([
  ['both clocks', 60_000, 60_000],
  ['the wall clock only, as when Linux sleeps', 60_000, 1_000],
  ['the monotonic clock only', 1_000, 60_000],
])('probes once after a pause that is seen by %s', (_, wallMs, monotonicMs) => {
  tick(1_000, 1_000);
  tick(wallMs, monotonicMs);
  tick(1_000, 1_000);
  expect(probe.mock.calls).toEqual([[700]]);
});

test('does nothing while time passes as it should, a slow turn and a clock that is set back included', () => {
  tick(1_000, 1_000);
  tick(6_000, 6_000);
  tick(-3_600_000, 1_000);
  tick(1_000, 1_000);
  expect(probe).not.toHaveBeenCalled();
});

test('probes not again before the last probe is answered', async () => {
  tick(60_000, 60_000);
  tick(60_000, 60_000);
  expect(probe).toHaveBeenCalledTimes(1);
  answer(true);
  await vi.advanceTimersByTimeAsync(0);
  tick(60_000, 60_000);
  expect(probe).toHaveBeenCalledTimes(2);
});

test('leaves a connection alone that is being renewed', () => {
  state = { status: 'connecting', attempt: 3 };
  tick(60_000, 60_000);
  expect(probe).not.toHaveBeenCalled();
});

test('ends when it is told to, however often', () => {
  stop();
  stop();
  tick(60_000, 60_000);
  expect([vi.getTimerCount(), probe.mock.calls]).toEqual([0, []]);
});

import { expect, test } from 'vitest';
import type { EmulatorClock } from './emulator-clock.ts';
import type { InvocationEvent } from './lambda/invocation-event.ts';
import { LazyServices } from './lazy-services.ts';
import type { Services } from './services.ts';

const ENDED = { type: 'ended' } as InvocationEvent;

/** Services that are opened as often as it says, and a clock that the test turns. */
function world(open?: () => Promise<Services>) {
  const timers: { callback: () => void; delayMs: number }[] = [];
  const problems: unknown[] = [];
  let opened = 0;
  let closed = 0;
  const services = {
    close: async () => {
      closed += 1;
    },
  } as Services;
  const clock: EmulatorClock = {
    now: () => 0,
    schedule(callback, delayMs) {
      const timer = { callback, delayMs };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  };
  const lazy = new LazyServices({
    open: () => {
      opened += 1;
      return open?.() ?? Promise.resolve(services);
    },
    clock,
    onProblem: (error) => problems.push(error),
  });
  return { lazy, timers, problems, services, counts: () => ({ opened, closed }) };
}

test('they are opened once, whoever asks, and closed once', async () => {
  const { lazy, services, counts } = world();
  expect(await Promise.all([lazy.load(), lazy.load()])).toEqual([services, services]);
  await Promise.all([lazy.close(), lazy.close()]);
  expect(counts()).toEqual({ opened: 1, closed: 1 });
  await expect(lazy.load()).rejects.toThrow('the emulator is closed');
});

test('they are opened a while after the first invocation has ended, where nobody has asked before', async () => {
  const { lazy, timers, counts } = world();
  lazy.observe({ type: 'started' } as InvocationEvent);
  expect(timers).toEqual([]);
  lazy.observe(ENDED);
  lazy.observe(ENDED);
  expect(timers.map(({ delayMs }) => delayMs)).toEqual([300]);
  timers[0]?.callback();
  await lazy.load();
  lazy.observe(ENDED);
  expect([timers.length, counts().opened]).toEqual([0, 1]);
  await lazy.close();
});

test('a failure is told once, and to whoever asked; only who asks again tries again', async () => {
  let fails = true;
  const { lazy, timers, problems, counts } = world(async () => {
    if (fails) throw new Error('in use');
    return { close: async () => {} } as Services;
  });
  lazy.observe(ENDED);
  timers[0]?.callback();
  await expect.poll(() => problems).toEqual([new Error('in use')]);
  lazy.observe(ENDED);
  expect(timers).toHaveLength(0);
  await expect(lazy.load()).rejects.toThrow('in use');
  fails = false;
  await lazy.load();
  expect(counts().opened).toBe(3);
  await lazy.close();
});

test('what was never needed is never opened, not by closing either', async () => {
  const { lazy, timers, counts } = world();
  lazy.observe(ENDED);
  await lazy.close();
  expect([timers, counts()]).toEqual([[], { opened: 0, closed: 0 }]);
});

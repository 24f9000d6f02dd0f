import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KeepAlive } from './keep-alive.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const INTERVAL_MS = 30_000;

function start(): { readonly keepAlive: KeepAlive; readonly log: string[] } {
  const log: string[] = [];
  const startedAt = Date.now();
  const note = (what: string) => (): void => void log.push(`${what} at ${Date.now() - startedAt}`);
  const keepAlive = new KeepAlive({
    intervalMs: INTERVAL_MS,
    unref: false,
    sendPing: note('ping'),
    onDead: note('dead'),
  });
  return { keepAlive, log };
}

test('sends a PINGREQ before each interval is over, as long as each is answered', () => {
  const { keepAlive, log } = start();
  for (let n = 0; n < 3; n++) {
    vi.advanceTimersByTime(22_500);
    keepAlive.answered();
  }
  expect(log).toEqual(['ping at 22500', 'ping at 45000', 'ping at 67500']);
});

test('says dead, once, when two checks have found no answer', () => {
  const { log } = start();
  vi.advanceTimersByTime(10 * INTERVAL_MS);
  expect(log).toEqual(['ping at 22500', 'dead at 37500']);
});

test('an answer between the two checks is in time: after a thaw timers come before sockets', () => {
  const { keepAlive, log } = start();
  vi.advanceTimersByTime(30_000);
  keepAlive.answered();
  vi.advanceTimersByTime(22_500);
  expect(log).toEqual(['ping at 22500', 'ping at 52500']);
});

test('does nothing after stop', () => {
  const { keepAlive, log } = start();
  keepAlive.stop();
  vi.advanceTimersByTime(10 * INTERVAL_MS);
  expect(log).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('keeps no process alive when it is told so', () => {
  vi.useRealTimers();
  const before = process.getActiveResourcesInfo();
  const keepAlive = new KeepAlive({
    intervalMs: INTERVAL_MS,
    unref: true,
    sendPing: () => undefined,
    onDead: () => undefined,
  });
  expect(process.getActiveResourcesInfo()).toEqual(before);
  keepAlive.stop();
});

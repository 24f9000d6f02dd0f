import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SpareWorkers } from './spare-workers.ts';
import { FakeWorkers } from './test-support/fake-workers.ts';

const SMALL = { memoryMb: 128, nodeOptions: undefined };
const LARGE = { memoryMb: 1_024, nodeOptions: undefined };

let workers: FakeWorkers;
let spares: SpareWorkers;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  workers = new FakeWorkers();
  spares = new SpareWorkers({ spawnWorker: workers.spawn, profiles: 2, refillDelayMs: 50 });
});

afterEach(() => {
  vi.useRealTimers();
});

test('a prepared spare is what is taken first', () => {
  spares.prepare(SMALL);
  spares.prepare(SMALL);
  expect(workers.all.length).toBe(1);
  expect(spares.take(SMALL)).toBe(workers.nth(0));
});

test('without a spare of that profile a new worker is started', () => {
  spares.prepare(SMALL);
  expect(spares.take(LARGE)).toBe(workers.nth(1));
  expect(workers.nth(1).profile).toEqual(LARGE);
});

test('a spare that died is not handed out, and not replaced before its profile is used again', async () => {
  spares.prepare(SMALL);
  workers.nth(0).die();
  await setImmediate();
  vi.advanceTimersByTime(1_000);
  expect(workers.all.length).toBe(1);
  expect(spares.take(SMALL)).toBe(workers.nth(1));
});

test('a spare is not replaced where nobody will take it', () => {
  const last = new SpareWorkers({ spawnWorker: workers.spawn, refills: false });
  last.prepare(SMALL);
  expect(last.take(SMALL)).toBe(workers.nth(0));
  last.started();
  vi.advanceTimersByTime(1_000);
  expect(workers.all.length).toBe(1);
});

test('a spare is replaced when all starts have been over for a moment', () => {
  spares.take(SMALL);
  spares.take(SMALL);
  spares.started();
  vi.advanceTimersByTime(1_000);
  expect(workers.all.length).toBe(2);
  spares.started();
  vi.advanceTimersByTime(49);
  expect(workers.all.length).toBe(2);
  vi.advanceTimersByTime(1);
  expect(workers.all.length).toBe(3);
  expect(spares.take(SMALL)).toBe(workers.nth(2));
});

test('a start in that moment puts it off', () => {
  spares.take(SMALL);
  spares.started();
  vi.advanceTimersByTime(40);
  spares.take(SMALL);
  vi.advanceTimersByTime(40);
  expect(workers.all.length).toBe(2);
});

test('only the profiles that were used last have a spare', () => {
  for (const memoryMb of [128, 256, 512]) spares.prepare({ memoryMb, nodeOptions: undefined });
  expect(workers.alive.map(({ profile }) => profile.memoryMb)).toEqual([256, 512]);
});

test('the end kills every spare, and no other follows', async () => {
  spares.prepare(SMALL);
  spares.take(LARGE);
  spares.started();
  await Promise.all([spares.close(), spares.close()]);
  vi.advanceTimersByTime(1_000);
  spares.prepare(SMALL);
  expect(workers.all.map(({ alive }) => alive)).toEqual([false, true]);
  expect(() => spares.take(SMALL)).toThrow('expected an open runtime to start a worker in');
});

test('what starts with its function has no spare, and takes the place of none', () => {
  const deferred = { ...SMALL, deferred: true };
  spares.prepare(SMALL);
  spares.prepare(deferred);
  expect(workers.all.length).toBe(1);
  expect(spares.take(deferred)).toBe(workers.nth(1));
  spares.started();
  vi.advanceTimersByTime(1_000);
  expect(workers.all.length).toBe(2);
  expect(spares.take(SMALL)).toBe(workers.nth(0));
});

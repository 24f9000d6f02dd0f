import { afterEach, beforeEach, expect, it } from 'vitest';
import { DropCounter } from '../../protocol/drops.ts';
import type { InvocationCall } from '../lambda/invocation-service.ts';
import { callOf, failed, ordersRegistry, succeeded } from '../lambda/lambda.test-support.ts';
import { TestClock, temporaryState } from '../service.test-support.ts';
import { InvocationLogs } from './invocation-logs.ts';
import { LogStore } from './log-store.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

let state: ReturnType<typeof temporaryState>;
let clock: TestClock;
let store: LogStore;
let logs: InvocationLogs;
let drops: DropCounter;

beforeEach(() => {
  state = temporaryState();
  clock = new TestClock(NOW);
  store = new LogStore({ state, clock });
  drops = new DropCounter();
  logs = new InvocationLogs({ clock, drops, maxCharacters: 2_000 });
});

afterEach(async () => {
  logs.close();
  store.close();
  await state.remove();
});

const registry = ordersRegistry({ stubbed: false });
const call = callOf(registry, 'request-1');

function log(text: string, of: InvocationCall = call): void {
  logs.observe({ type: 'log', call: of, text, at: clock.now() });
}

function written(): unknown[] {
  const group = store.groups.get('group');
  if (group === undefined) return [];
  const range = { groupId: group.id, from: 0, to: Number.MAX_SAFE_INTEGER };
  return [...store.events.read(range)].map(({ at, message }) => [at - NOW, message]);
}

it('writes START, lines, END and REPORT into the function’s group and stream, in order', () => {
  logs.attach(store);
  logs.observe({ type: 'started', call, at: NOW });
  log('first');
  log('second\nwith a line end');
  logs.observe({
    type: 'ended',
    call,
    result: succeeded(Buffer.from('1')),
    at: NOW + 3,
  });
  clock.advance(100);
  expect(written()).toEqual([
    [0, 'START RequestId: request-1 Version: $LATEST'],
    [0, 'first'],
    [0, 'second\nwith a line end'],
    [3, 'END RequestId: request-1'],
    [
      3,
      'REPORT RequestId: request-1\tDuration: 1.00 ms\tBilled Duration: 1 ms\tMemory Size: 128 MB\tMax Memory Used: 0 MB\t',
    ],
  ]);
  expect(store.streams.get(store.groups.get('group')?.id ?? 0, 'stream')).toMatchObject({
    firstEventAt: NOW,
    lastEventAt: NOW + 3,
    ingestedAt: NOW + 100,
  });
});

it('lines are there while the function still runs, within a tenth of a second', () => {
  logs.attach(store);
  log('still running');
  expect(written()).toEqual([]);
  clock.advance(100);
  expect(written()).toEqual([[0, 'still running']]);
});

it('an init that failed says so before END', () => {
  logs.attach(store);
  const result = { ...failed('handler'), failure: 'init', errorType: 'Runtime.ImportModuleError' } as const;
  logs.observe({ type: 'ended', call, result, at: NOW });
  logs.flush();
  expect(written()).toEqual([
    [
      0,
      'INIT_REPORT Init Duration: 1.00 ms\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError',
    ],
    [0, 'END RequestId: request-1'],
    [0, expect.stringMatching(/^REPORT RequestId: request-1\t/)],
  ]);
});

it('waits for its store, within a bound; what is beyond it is dropped and counted', () => {
  for (let index = 0; index < 30; index += 1) log(`line ${index}`);
  logs.attach(store);
  expect(written().length).toBe(19);
  expect(drops.counts()).toEqual({ 'store-full': 11 });
});

it('a group and stream that were deleted are made again by the next line', () => {
  logs.attach(store);
  log('before');
  logs.flush();
  const group = store.groups.get('group');
  if (group !== undefined) store.groups.delete(group);
  store.forget();
  log('after');
  logs.flush();
  expect(written()).toEqual([[0, 'after']]);
});

it('a store that fails, as on a full disk, costs the lines, and they are counted', () => {
  logs.attach(store);
  log('lost');
  state.close();
  clock.advance(100);
  expect(drops.counts()).toEqual({ 'store-full': 1 });
});

it('after a write that failed half way, groups and streams are made again', () => {
  logs.attach(store);
  state.database.exec('ALTER TABLE log_chunks RENAME TO hidden');
  log('lost');
  logs.flush();
  state.database.exec('ALTER TABLE hidden RENAME TO log_chunks');
  log('kept');
  logs.flush();
  expect(written()).toEqual([[0, 'kept']]);
  expect(drops.counts()).toEqual({ 'store-full': 1 });
});

it('what is left is written at its end, and lines that come later are counted as dropped', () => {
  logs.attach(store);
  log('the last');
  logs.close();
  logs.close();
  log('too late');
  clock.advance(1_000);
  expect(written()).toEqual([[0, 'the last']]);
  expect(drops.counts()).toEqual({ 'store-full': 1 });
});

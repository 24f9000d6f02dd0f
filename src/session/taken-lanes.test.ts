import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TakenLanes } from './taken-lanes.ts';

const since = '2026-11-21T09:00:00.000Z';
const S1 = { sessionId: 's-1', since, name: 'anna@laptop' };
const S2 = { sessionId: 's-2', since };

let notices: string[];
let taken: TakenLanes;

beforeEach(() => {
  vi.useFakeTimers();
  notices = [];
  taken = new TakenLanes({ lane: 'default', notice: (text) => notices.push(text), togetherMs: 100 });
});
afterEach(() => void vi.useRealTimers());

test('functions that a session takes together are one line, once no further one follows', () => {
  taken.add('orders', S1);
  vi.advanceTimersByTime(99);
  taken.add('carts', S1);
  vi.advanceTimersByTime(99);
  expect(notices).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(notices).toEqual(['The lane default of carts, orders was taken by anna@laptop (session s-1).']);
});

test('of many only some are named', () => {
  for (let n = 0; n < 60; n++) taken.add(`f-${String(n).padStart(2, '0')}`, S1);
  vi.advanceTimersByTime(100);
  expect(notices).toEqual([
    'The lane default of 60 functions: f-00, f-01, f-02, f-03, f-04 and 55 more was taken by anna@laptop (session s-1).',
  ]);
});

test('two sessions are two lines, and what comes later is told anew', () => {
  taken.add('orders', S1);
  taken.add('carts', S2);
  vi.advanceTimersByTime(100);
  taken.add('users', S2);
  vi.advanceTimersByTime(100);
  expect(notices).toEqual([
    'The lane default of orders was taken by anna@laptop (session s-1).',
    'The lane default of carts was taken by session s-2.',
    'The lane default of users was taken by session s-2.',
  ]);
});

test('close tells what is known, and leaves no timer', () => {
  taken.add('orders', S1);
  taken.close();
  expect(notices).toEqual(['The lane default of orders was taken by anna@laptop (session s-1).']);
  expect(vi.getTimerCount()).toBe(0);
});

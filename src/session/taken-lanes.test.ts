import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TakenLanes } from './taken-lanes.ts';

let notices: string[];
let taken: TakenLanes;

beforeEach(() => {
  vi.useFakeTimers();
  notices = [];
  taken = new TakenLanes({ lane: 'default', notice: (text) => notices.push(text), togetherMs: 100 });
});
afterEach(() => void vi.useRealTimers());

test('functions that a session takes together are one line', () => {
  taken.add('orders', 's-1');
  vi.advanceTimersByTime(99);
  taken.add('carts', 's-1');
  expect(notices).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(notices).toEqual(['Session s-1 took the lane default of carts, orders.']);
});

test('of many only some are named', () => {
  for (let n = 0; n < 60; n++) taken.add(`f-${String(n).padStart(2, '0')}`, 's-1');
  vi.advanceTimersByTime(100);
  expect(notices).toEqual([
    'Session s-1 took the lane default of 60 functions: f-00, f-01, f-02, f-03, f-04 and 55 more.',
  ]);
});

test('two sessions are two lines, and what comes later is told anew', () => {
  taken.add('orders', 's-1');
  taken.add('carts', 's-2');
  vi.advanceTimersByTime(100);
  taken.add('users', 's-2');
  vi.advanceTimersByTime(100);
  expect(notices).toEqual([
    'Session s-1 took the lane default of orders.',
    'Session s-2 took the lane default of carts.',
    'Session s-2 took the lane default of users.',
  ]);
});

test('close tells what is known, and leaves no timer', () => {
  taken.add('orders', 's-1');
  taken.close();
  expect(notices).toEqual(['Session s-1 took the lane default of orders.']);
  expect(vi.getTimerCount()).toBe(0);
});

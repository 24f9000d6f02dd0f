import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KeptAnswers } from './kept-answers.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setup(limits?: { count: number; bytes: number }) {
  const forgotten: string[] = [];
  const discarded: string[] = [];
  const kept = new KeptAnswers({
    onForget: (id) => forgotten.push(id),
    now: () => Date.now(),
    ...(limits === undefined ? {} : { limits }),
  });
  const add = (id: string, keepMs: number, bytes = 1): void =>
    kept.add(id, { discard: () => discarded.push(id) }, keepMs, bytes);
  return { kept, add, forgotten, discarded };
}

test('an answer is kept until its deadline, then let go of', () => {
  const { add, forgotten, discarded } = setup();
  add('short', 1500);
  add('long', 60_000);
  vi.advanceTimersByTime(1000);
  expect(forgotten).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(forgotten).toEqual(['short']);
  expect(discarded).toEqual(['short']);
});

test('above a count the oldest goes first', () => {
  const { add, forgotten } = setup({ count: 2, bytes: 1000 });
  for (const id of ['a', 'b', 'c']) add(id, 60_000);
  expect(forgotten).toEqual(['a']);
});

test('above so many bytes the oldest go first', () => {
  const { add, forgotten } = setup({ count: 10, bytes: 100 });
  add('a', 60_000, 60);
  add('b', 60_000, 30);
  add('c', 60_000, 50);
  expect(forgotten).toEqual(['a']);
});

test('close lets go of everything and leaves no timer', () => {
  const { kept, add, forgotten } = setup();
  add('a', 60_000);
  kept.close();
  kept.close();
  expect(forgotten).toEqual(['a']);
  expect(vi.getTimerCount()).toBe(0);
});

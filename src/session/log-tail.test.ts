import { expect, test } from 'vitest';
import { LogTail } from './log-tail.ts';

test('the newest lines are kept within the bound, and the rest is counted', () => {
  const tail = new LogTail(20);
  for (const line of ['first', 'second', 'third']) tail.add(line);
  expect(tail.lines).toEqual(['second', 'third']);
  expect(tail.leftOut).toBe(1);
});

test('a line counts as large as it is in JSON, and one that never fits is left out', () => {
  const tail = new LogTail(20);
  tail.add('\u0001\u0001\u0001\u0001');
  expect(tail.lines).toEqual([]);
  expect(tail.leftOut).toBe(1);
});

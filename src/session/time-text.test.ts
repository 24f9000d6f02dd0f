import { expect, test } from 'vitest';
import { clockText, dateText, durationText } from './time-text.ts';

test.each([
  [0, '0.0 ms'],
  [0.84, '0.8 ms'],
  [4.6, '4 ms'],
  [999.9, '999 ms'],
  [1_000, '1.0 s'],
  [59_999, '59.9 s'],
  [60_000, '1 min 00 s'],
  [903_000, '15 min 03 s'],
])('%d ms is %s', (milliseconds, expected) => {
  expect(durationText(milliseconds)).toBe(expected);
});

test('the time of day is local', () => {
  expect(clockText(new Date(2026, 0, 2, 3, 4, 5).getTime())).toBe('03:04:05');
});

test('a date is the local one', () => {
  expect(dateText(new Date(2026, 0, 2, 3, 4, 5).toISOString())).toBe('2026-01-02 03:04:05');
  expect(dateText('')).toBe('');
});

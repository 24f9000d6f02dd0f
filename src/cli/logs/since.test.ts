import { expect, test } from 'vitest';
import { since } from './since.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

test.each([
  ['30s', '2026-03-01T11:59:30.000Z'],
  ['10m', '2026-03-01T11:50:00.000Z'],
  ['2h', '2026-03-01T10:00:00.000Z'],
  ['1d', '2026-02-28T12:00:00.000Z'],
  ['2026-02-03', '2026-02-03T00:00:00.000Z'],
  ['2026-02-03T04:05:06Z', '2026-02-03T04:05:06.000Z'],
])('%s', (text, expected) => {
  expect(new Date(since(text, NOW)).toISOString()).toBe(expected);
});

test.each(['', '10', 'yesterday', '-5m', '2026-02-99', '5w'])('"%s" is refused', (text) => {
  expect(() => since(text, NOW)).toThrow('Expected a time such as 10m, 2h, 1d');
});

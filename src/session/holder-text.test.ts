import { expect, test } from 'vitest';
import { functionsText, holderText } from './holder-text.ts';

test('a holder is its name with its session, or its session alone', () => {
  expect(holderText({ sessionId: 's-1', name: 'anna@laptop' })).toBe('anna@laptop (session s-1)');
  expect(holderText({ sessionId: 's-1' })).toBe('session s-1');
});

test('functions are named in order, of many only some', () => {
  expect(functionsText(['orders', 'bills'])).toBe('bills, orders');
  expect(functionsText(['g', 'f', 'e', 'd', 'c', 'b', 'a'])).toBe('7 functions: a, b, c, d, e and 2 more');
});

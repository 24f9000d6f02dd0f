import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayWidth, toWidth, wrap } from './display-width.ts';

describe('a cell', () => {
  test.each([
    ['abc', 5, 'abc  '],
    ['abcdef', 5, 'abcd…'],
    ['注文処理', 5, '注文…'],
    ['注文処理', 6, '注文… '],
    ['👩‍👩‍👧‍👦 family', 4, '👩‍👩‍👧‍👦 …'],
    ['abc', 0, ''],
    ['a\u0d4e', 4, 'a\u0d4e   '],
    ['ab\u0d4e', 3, 'ab\u0d4e '],
  ])('%s in %d columns is "%s"', (text, width, cell) => {
    expect(toWidth(text, width)).toBe(cell);
  });

  test('can be at the end of its columns', () => {
    expect(toWidth('4 ms', 6, 'end')).toBe('  4 ms');
  });
});

test('lines break between characters, never within', () => {
  expect(wrap('ab注文c', 3)).toEqual(['ab', '注', '文c']);
  expect(wrap('', 3)).toEqual(['']);
});

test('a cell is as wide as its column, whatever joins what stands beside it', () => {
  const text = fc.oneof(
    fc.string({
      unit: fc.constantFrom('a', '注', '\u0d4e', '\u0600', '\u0903', '\u0301', '\u200d', '\ufe0f'),
    }),
    fc.string({ unit: 'grapheme' }),
  );
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 12 }), (value, width) => {
      expect([displayWidth(toWidth(value, width)), displayWidth(toWidth(value, width, 'end'))]).toEqual([
        width,
        width,
      ]);
    }),
  );
});

test('any text fits its columns, and loses nothing when it is wrapped', () => {
  // Characters with a width of their own: marks that change the width of what they follow only make it smaller.
  const text = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '注', '🚀', '👩‍👩‍👧', 'e\u0301') });
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 12 }), (value, width) => {
      expect(displayWidth(toWidth(value, width))).toBe(width);
      const lines = wrap(value, width);
      expect(lines.join('')).toBe(value);
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EMPTY_FIELD, editField, fieldOf, insertText, type TextField } from './text-field.ts';

/** Keys one after the other; what edits nothing is text. */
function typed(keys: readonly string[], field: TextField = EMPTY_FIELD): TextField {
  return keys.reduce((before, key) => editField(before, key) ?? insertText(before, key), field);
}

/** `ab|c`: where the cursor is. */
const shown = ({ text, cursor }: TextField) => `${text.slice(0, cursor)}|${text.slice(cursor)}`;

test.each([
  [['a', 'b', 'c'], 'abc|'],
  [['a', 'c', 'left', 'b'], 'ab|c'],
  [['a', 'b', 'ctrl-a', 'x', 'ctrl-e', 'y'], 'xaby|'],
  [['a', 'b', 'left', 'backspace'], '|b'],
  [['a', 'b', 'home', 'delete'], '|b'],
  [['one two  ', 'ctrl-w'], 'one |'],
  [['one two', 'alt-b', 'ctrl-k'], 'one |'],
  [['one two', 'left', 'ctrl-u'], '|o'],
  [['one two', 'home', 'alt-f', 'x'], 'onex| two'],
])('%j gives %s', (keys, expected) => {
  expect(shown(typed(keys))).toBe(expected);
});

test('what is one character for the user is deleted and passed as one', () => {
  const family = '👨‍👩‍👧';
  expect(shown(typed(['backspace'], fieldOf(`a${family}`)))).toBe('a|');
  expect(shown(typed(['left', 'x'], fieldOf(`e\u0301${family}`)))).toBe(`e\u0301x|${family}`);
  // Typed mark by mark, it grows together.
  expect(shown(typed(['e', '\u0301', 'left']))).toBe('|e\u0301');
});

test('pasted lines become one line without controls, and a huge paste is cut', () => {
  expect(insertText(fieldOf('a'), 'b\r\nc\td\u001b[31m\ud800')).toEqual({
    text: 'ab c d [31m\ufffd',
    cursor: 12,
  });
  expect(insertText(EMPTY_FIELD, 'x'.repeat(100_000)).text.length).toBe(4_096);
});

test('whatever is typed, the cursor stays between two graphemes', () => {
  const key = fc.oneof(
    fc.constantFrom(
      'left',
      'right',
      'home',
      'end',
      'backspace',
      'delete',
      'ctrl-w',
      'ctrl-k',
      'alt-b',
      'alt-f',
    ),
    fc.string({ unit: 'grapheme-composite', minLength: 1, maxLength: 3 }),
    fc.constantFrom('\u0301', '\u200d', '🇩', '🇪', '\ud83d'),
  );
  fc.assert(
    fc.property(fc.array(key, { maxLength: 30 }), (keys) => {
      const { text, cursor } = typed(keys);
      const starts = [...new Intl.Segmenter().segment(text)].map(({ index }) => index);
      expect([...starts, text.length]).toContain(cursor);
      expect(text.isWellFormed()).toBe(true);
    }),
  );
});

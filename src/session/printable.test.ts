import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, printableLines } from './printable.ts';

test.each([
  ['plain text, ümläute, 語, 🚀', 'plain text, ümläute, 語, 🚀'],
  ['\u001b[31mred\u001b[0m', '␛[31mred␛[0m'],
  ['\u001b]0;title\u0007', '␛]0;title␇'],
  ['a\tb', 'a    b'],
  ['one\r\ntwo\n', 'one␍␊two␊'],
  ['del\u007f, csi\u009b2J', 'del␡, csi\\u009b2J'],
  ['abc\u202edcb\u2028', 'abc\\u202edcb\\u2028'],
  ['half \ud83d of a pair', 'half � of a pair'],
])('%j is shown as %j', (text, expected) => {
  expect(printable(text)).toBe(expected);
});

test('lines end at \\n and \\r\\n, and nowhere else', () => {
  expect(printableLines('one\r\ntwo\rstill two\n\nfour')).toEqual(['one', 'two␍still two', '', 'four']);
});

test('nothing printable can move the cursor, and showing it twice changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const once = printable(text);
      expect(once).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      expect(printable(once)).toBe(once);
    }),
  );
});

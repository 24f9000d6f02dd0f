import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linearRegex } from './linear-regex.ts';

const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\x61', '\\.', '\\W', '[]', ']');
const step = fc
  .tuple(atom, fc.constantFrom('', '?', '*', '+', '*?', '+?', '??'))
  .map(([one, often]) => one + often);
const sequence = fc
  .tuple(fc.constantFrom('', '^'), fc.array(step, { maxLength: 5 }), fc.constantFrom('', '$'))
  .map(([start, steps, end]) => start + steps.join('') + end);
const source = fc.array(sequence, { minLength: 1, maxLength: 3 }).map((sequences) => sequences.join('|'));
const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '1', '\n', ']', 'ä'), maxLength: 12 });

test('says what RegExp says', () => {
  fc.assert(
    fc.property(source, text, (pattern, message) => {
      expect(linearRegex(pattern)(message)).toBe(new RegExp(pattern).test(message));
    }),
    { numRuns: 2_000 },
  );
});

test('a pattern over which RegExp would sit for hours is only as long as its text', () => {
  const message = 'a'.repeat(100_000);
  expect(linearRegex('a*a*a*a*a*a*a*a*b')(message)).toBe(false);
  expect(linearRegex(`${'a?'.repeat(300)}b`)(message)).toBe(false);
});

test.each(['a*^b', '^^a*', 'a*$b', '[a*', 'a**'])('%s is refused', (pattern) => {
  expect(() => linearRegex(pattern)).toThrow(SyntaxError);
});

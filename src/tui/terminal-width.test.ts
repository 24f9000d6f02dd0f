import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { terminalWidth } from './terminal-width.ts';

test('each character of Latin, punctuation, arrows, boxes and symbols is as wide as string-width says, alone and beside others', () => {
  const different: string[] = [];
  for (let code = 0x20; code < 0x3000; code += 1) {
    const character = String.fromCharCode(code);
    for (const text of [character, `a${character}b`, `\u001b[1;31m${character}\u001b[39m`]) {
      if (terminalWidth(text) !== stringWidth(text)) different.push(`U+${code.toString(16)}`);
    }
  }
  expect(different).toEqual([]);
});

test('any text is as wide as string-width says', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.constantFrom(
      '✓',
      '❯',
      '…',
      '●',
      '│',
      '\ufe0f',
      '\u20e3',
      '\u200d',
      '\u0301',
      '注',
      '👩',
      '\u001b[2m',
      '\u001b[',
      '\n',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      expect(terminalWidth(text)).toBe(stringWidth(text));
    }),
    { numRuns: 500 },
  );
});

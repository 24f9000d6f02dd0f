import fc from 'fast-check';
import { expect, test } from 'vitest';
import { displayWidth } from '../display-width.ts';
import { codeWindow } from './code-window.ts';

test.each([
  ['  return total();', 10, 40, '  return total();', 9],
  ['\treturn total();', 2, 40, '    return total();', 4],
  ['abcdefghijklmnopqrstuvwxyz', 3, 10, 'abcdefghi…', 2],
  ['abcdefghijklmnopqrstuvwxyz', 15, 10, '…jklmnopq…', 6],
  ['abcdefghijklmnopqrstuvwxyz', 26, 10, '…uvwxyz', 6],
  ['日本語日本語日本語 fails', 11, 12, '…本語 fails', 6],
  ['short', 99, 40, 'short', 5],
])('of %j column %i is seen in %i columns', (line, column, width, code, caret) => {
  expect(codeWindow(line, column, width)).toEqual({ code, caret });
});

test('whatever the line, its part fits, and the mark is under a character of it', () => {
  const lines = fc.string({ unit: fc.constantFrom('a', '日', ' ', '\t', '(', '😀'), maxLength: 300 });
  fc.assert(
    fc.property(
      lines,
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 8, max: 60 }),
      (line, column, width) => {
        const { code, caret } = codeWindow(line, column, width);
        expect(displayWidth(code)).toBeLessThanOrEqual(width);
        expect(caret).toBeLessThan(Math.max(width, 1));
        expect(caret).toBeLessThanOrEqual(displayWidth(code));
      },
    ),
  );
});

test('of a line of megabytes only what can be seen is looked at', () => {
  const line = `${'x'.repeat(4_000_000)}fails();${'y'.repeat(4_000_000)}`;
  expect(codeWindow(line, 4_000_001, 20)).toEqual({ code: '…xxxxxxxxxxfails();…', caret: 11 });
});

import type { IUnicodeVersionProvider } from '@xterm/headless';
import stringWidth from 'string-width';

/** After which a character is part of the one before it. */
const KIND = { other: 0, joiner: 1, regionalIndicator: 2 } as const;

const EXTENDS = /^(?:\p{M}|\p{EMod}|\u200d|[\u1160-\u11ff])$/u;
const REGIONAL_INDICATOR = /^\p{RI}$/u;
const EMOJI_PRESENTATION = 0xfe0f;

/**
 * Widths as terminals of today have them, where a grapheme is one character
 * (https://github.com/contour-terminal/terminal-unicode-core). xterm.js by itself goes by Unicode 6.
 */
export const graphemeWidths: IUnicodeVersionProvider = {
  version: 'graphemes',
  wcwidth: widthOf,
  charProperties(codePoint, preceding) {
    const character = String.fromCodePoint(codePoint);
    const before = { width: (preceding >> 1) & 3, kind: preceding >> 3 };
    const indicator = REGIONAL_INDICATOR.test(character);
    const pair = indicator && before.kind === KIND.regionalIndicator;
    if (preceding !== 0 && (pair || before.kind === KIND.joiner || EXTENDS.test(character))) {
      const width = pair || codePoint === EMOJI_PRESENTATION ? 2 : before.width;
      return propertiesOf(character === '\u200d' ? KIND.joiner : KIND.other, width, true);
    }
    return propertiesOf(indicator ? KIND.regionalIndicator : KIND.other, widthOf(codePoint), false);
  },
};

function widthOf(codePoint: number): 0 | 1 | 2 {
  const width = stringWidth(String.fromCodePoint(codePoint));
  return width === 0 ? 0 : width === 1 ? 1 : 2;
}

/** Packed as xterm.js wants it. */
function propertiesOf(kind: number, width: number, joins: boolean): number {
  return (kind << 3) | (width << 1) | (joins ? 1 : 0);
}

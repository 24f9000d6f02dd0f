import { terminalWidth } from './terminal-width.ts';

/** Every character of it is one column wide: most text is, and measuring graphemes costs a hundred times more. */
const NARROW = /^[\u0020-\u007e]*$/;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Exactly `width` columns: padded with spaces, or cut with an ellipsis. */
export function toWidth(text: string, width: number, align: 'start' | 'end' = 'start'): string {
  if (width <= 0) return '';
  const cut = cutTo(text, width);
  // Measured with a space beside it: what ends in a mark that stands before a letter, or begins with one that stands
  // behind it, makes one character of both (Prepend, Extend and SpacingMark in https://unicode.org/reports/tr29/).
  const beside = align === 'start' ? `${cut} ` : ` ${cut}`;
  const padding = ' '.repeat(Math.max(0, width + 1 - displayWidth(beside)));
  return align === 'start' ? cut + padding : padding + cut;
}

/** At most `width` columns: cut with an ellipsis where it is longer. */
export function cutTo(text: string, width: number): string {
  if (width <= 0) return '';
  return displayWidth(text) <= width ? text : `${take(text, width - 1)}…`;
}

/** The lines that a text needs on a screen of `width` columns, at least one. Breaks anywhere, as a terminal does. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  do {
    // A character that is wider than the screen gets a line all the same.
    const line = take(rest, width) || firstGrapheme(rest);
    lines.push(line);
    rest = rest.slice(line.length);
  } while (rest !== '');
  return lines;
}

export function displayWidth(text: string): number {
  return terminalWidth(text);
}

/** As many graphemes of the beginning as fit into `width` columns. */
function take(text: string, width: number): string {
  const candidate = text.slice(0, width);
  if (NARROW.test(candidate)) return candidate;
  let columns = 0;
  let end = 0;
  // Only the beginning is segmented, or a long text would be read again for each of its lines.
  for (const { segment, index } of graphemes.segment(text.slice(0, width * 8))) {
    columns += terminalWidth(segment);
    if (columns > width) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

function firstGrapheme(text: string): string {
  const [first] = graphemes.segment(text.slice(0, 64));
  return first?.segment ?? '';
}

import { cutTo, displayWidth } from '../display-width.ts';
import type { Token } from '../theme.ts';

/** A piece of a row in one look. Holds no control characters. */
export type Span = { readonly text: string; readonly token: Token };

/** Rows that are made when they are looked at: a document of a million of them costs what is on the screen. */
export type Lines = {
  readonly count: number;
  /** Of at most the columns that the lines were made for. */
  readonly row: (index: number) => readonly Span[];
};

export function span(text: string, token: Token = 'plain'): Span {
  return { text, token };
}

/** Lines that are at hand already. */
export function linesOf(rows: readonly (readonly Span[])[]): Lines {
  return { count: rows.length, row: (index) => rows[index] ?? [] };
}

export function spansText(spans: readonly Span[]): string {
  return spans.map(({ text }) => text).join('');
}

/** At most so many columns, with an ellipsis where something was cut. */
export function cutSpans(spans: readonly Span[], columns: number): readonly Span[] {
  let left = columns;
  const fitting: Span[] = [];
  for (const [index, one] of spans.entries()) {
    const width = displayWidth(one.text);
    const more = index < spans.length - 1;
    if (width > left || (width === left && more && spans.slice(index + 1).some(({ text }) => text !== ''))) {
      const text = width <= left ? `${cutTo(one.text, Math.max(0, left - 1))}` : cutTo(one.text, left);
      fitting.push({ ...one, text: text.endsWith('…') ? text : `${text}…` });
      return fitting;
    }
    fitting.push(one);
    left -= width;
  }
  return fitting;
}

/** The same spans with each match of a text in the look of a match. Matches do not go over the edge of a span. */
export function marked(spans: readonly Span[], pattern: RegExp | undefined): readonly Span[] {
  if (pattern === undefined) return spans;
  return spans.flatMap((one) => {
    const parts: Span[] = [];
    let from = 0;
    for (const { index, 0: found } of one.text.matchAll(pattern)) {
      if (found === '') continue;
      if (index > from) parts.push({ ...one, text: one.text.slice(from, index) });
      parts.push({ text: found, token: 'match' });
      from = index + found.length;
    }
    if (from === 0) return [one];
    if (from < one.text.length) parts.push({ ...one, text: one.text.slice(from) });
    return parts;
  });
}

/** What was typed, wherever it stands, in whatever case. Undefined: nothing was typed. */
export function searchPattern(query: string): RegExp | undefined {
  if (query === '') return undefined;
  return new RegExp(query.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'giu');
}

/** One after the other. */
export function joinedLines(one: Lines, other: Lines): Lines {
  if (one.count === 0) return other;
  return {
    count: one.count + other.count,
    row: (index) => (index < one.count ? one.row(index) : other.row(index - one.count)),
  };
}

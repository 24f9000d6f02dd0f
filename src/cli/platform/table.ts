import { printable } from '../../session/printable.ts';
import type { Style } from '../../session/text-style.ts';
import { terminalWidth } from '../../tui/terminal-width.ts';

export type Column<Row> = {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: 'right';
  /** May be cut where the terminal is too narrow for all. */
  readonly cut?: true;
};

const GAP = '  ';
/** A cut column is still told apart by this much of it. */
const NARROWEST = 8;

/**
 * Rows in columns, under their titles. What is wider than the terminal is cut with an ellipsis, in the columns that may
 * be; where there is no terminal nothing is. Control characters are shown, not obeyed.
 *
 * @param width columns of the terminal; undefined: none
 */
export function tableText<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { width, style }: { readonly width: number | undefined; readonly style: Style },
): string {
  const cells = rows.map((row) => columns.map(({ value }) => printable(value(row))));
  const titles = columns.map(({ title }) => title);
  const natural = columns.map((_, index) =>
    Math.max(...[titles, ...cells].map((line) => terminalWidth(line[index] ?? ''))),
  );
  const widths = width === undefined ? natural : fitted(natural, columns, width);
  const lineOf = (line: readonly string[]): string =>
    line
      .map((text, index) => padded(text, widths[index] ?? 0, columns[index]?.align === 'right'))
      .join(GAP)
      .trimEnd();
  return [style('faint', lineOf(titles)), ...cells.map(lineOf)].map((line) => `${line}\n`).join('');
}

/** The widest column that may be cut gives way, a bit at a time, until all fit or nothing is left to cut. */
function fitted(
  natural: readonly number[],
  columns: readonly { readonly cut?: true }[],
  width: number,
): readonly number[] {
  const widths = [...natural];
  const most = width - GAP.length * (columns.length - 1);
  let excess = widths.reduce((sum, each) => sum + each, 0) - most;
  for (; excess > 0; excess--) {
    const widest = columns.reduce(
      (found, { cut }, index) =>
        cut === true && (widths[index] ?? 0) > (widths[found] ?? NARROWEST) ? index : found,
      -1,
    );
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function padded(text: string, width: number, right: boolean): string {
  const cut = terminalWidth(text) > width ? `${sliceToWidth(text, width - 1)}…` : text;
  const padding = ' '.repeat(Math.max(0, width - terminalWidth(cut)));
  return right ? padding + cut : cut + padding;
}

function sliceToWidth(text: string, width: number): string {
  let taken = '';
  for (const character of text) {
    if (terminalWidth(taken + character) > width) break;
    taken += character;
  }
  return taken;
}

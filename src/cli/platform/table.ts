import { printable } from '../../session/printable.ts';
import type { Style } from '../../session/text-style.ts';
import { terminalWidth } from '../../tui/terminal-width.ts';

export type Column<Row> = {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: 'right';
  /** May be cut where the terminal is too narrow for all. */
  readonly cut?: true;
  /** May be left out where cutting is not enough; the least important first, which is 1. */
  readonly importance?: number;
};

const GAP = '  ';
/** A cut column is still told apart by this much of it. */
const NARROWEST = 8;

/**
 * Rows in columns, under their titles. Where they are wider than the terminal, columns that may be are cut with an
 * ellipsis, and then left out; where there is no terminal nothing is. Control characters are shown, not obeyed.
 *
 * @param width columns of the terminal; undefined: none
 */
export function tableText<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { width, style }: { readonly width: number | undefined; readonly style: Style },
): string {
  const natural = (column: Column<Row>): number =>
    Math.max(...[column.title, ...rows.map((row) => cellOf(column, row))].map((text) => terminalWidth(text)));
  const shown = width === undefined ? columns : fittingColumns(columns, natural, width);
  const widths = width === undefined ? shown.map(natural) : fittingWidths(shown, natural, width);
  const lineOf = (line: readonly string[]): string =>
    line
      .map((text, index) => padded(text, widths[index] ?? 0, shown[index]?.align === 'right'))
      .join(GAP)
      .trimEnd();
  const titles = style('faint', lineOf(shown.map(({ title }) => title)));
  const lines = rows.map((row) => lineOf(shown.map((column) => cellOf(column, row))));
  return [titles, ...lines].map((line) => `${line}\n`).join('');
}

function cellOf<Row>({ value }: Column<Row>, row: Row): string {
  return printable(value(row));
}

/** What is left of the columns when they are cut as far as they may be. */
function fittingColumns<Row>(
  columns: readonly Column<Row>[],
  natural: (column: Column<Row>) => number,
  width: number,
): readonly Column<Row>[] {
  const least = (column: Column<Row>): number =>
    column.cut === true ? Math.min(natural(column), NARROWEST) : natural(column);
  const total = columns.reduce((sum, column) => sum + least(column) + GAP.length, -GAP.length);
  const [unimportant] = columns
    .filter(({ importance }) => importance !== undefined)
    .sort((a, b) => (a.importance ?? 0) - (b.importance ?? 0));
  if (total <= width || unimportant === undefined) return columns;
  return fittingColumns(
    columns.filter((column) => column !== unimportant),
    natural,
    width,
  );
}

/** The widest column that may be cut gives way, a bit at a time, until all fit or nothing is left to cut. */
function fittingWidths<Row>(
  columns: readonly Column<Row>[],
  natural: (column: Column<Row>) => number,
  width: number,
): readonly number[] {
  const widths = columns.map(natural);
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

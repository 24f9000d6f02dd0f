import { bindingsOf, type KeyContext } from '../key-table.ts';
import type { Size } from '../screen.ts';

/** From so many columns on there is room for the keys in two of them. */
const TWO_FROM = 80;

export function helpColumns(columns: number): 1 | 2 {
  return columns < TWO_FROM ? 1 : 2;
}

/** Rows that the keys of a place take. */
export function helpRows(context: KeyContext, columns: number): number {
  return Math.ceil(bindingsOf(context).length / helpColumns(columns));
}

/** The last row that may be the first one on a screen of that size, below the title. */
export function lastHelpRow(context: KeyContext, { columns, rows }: Size): number {
  return Math.max(0, helpRows(context, columns) - (rows - 1));
}

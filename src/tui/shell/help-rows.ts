import { bindingsOf, type KeyContext } from '../key-table.ts';

/** From so many columns on there is room for the keys in two of them. */
const TWO_FROM = 80;

export function helpColumns(columns: number): 1 | 2 {
  return columns < TWO_FROM ? 1 : 2;
}

/** Rows that the keys of a place take. */
export function helpRows(context: KeyContext, columns: number): number {
  return Math.ceil(bindingsOf(context).length / helpColumns(columns));
}

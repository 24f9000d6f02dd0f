import { bindingsOf, type KeyContext } from '../key-table.ts';

/** Two columns fit on the narrowest screen. */
const KEY_COLUMNS = 2;

/** Rows that the keys of a place take. */
export function helpRows(context: KeyContext): number {
  return Math.ceil(bindingsOf(context).length / KEY_COLUMNS);
}

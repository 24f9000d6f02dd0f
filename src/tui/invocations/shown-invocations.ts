import type { InvocationHistory } from '../../session/invocation-history.ts';
import type { InvocationRecord } from '../../session/store.ts';
import type { InvocationFilter } from './invocation-filter.ts';

export type Order = 'newest first' | 'newest last';

/** The rows of the list, from the top. */
export type ShownInvocations = {
  readonly records: readonly InvocationRecord[];
  /** So many of the rows are pinned; they stand at the top. */
  readonly pinned: number;
};

type Remembered = {
  readonly filter: InvocationFilter | undefined;
  readonly order: Order;
  readonly shown: ShownInvocations;
};

const remembered = new WeakMap<InvocationHistory, Remembered>();

/** What fits, the pinned ones first. Remembered for the frame and the key that ask for the same again. */
export function shownInvocations(
  history: InvocationHistory,
  filter: InvocationFilter | undefined,
  order: Order,
): ShownInvocations {
  const known = remembered.get(history);
  if (known?.filter === filter && known?.order === order) return known.shown;
  const pinned: InvocationRecord[] = [];
  const others: InvocationRecord[] = [];
  const count = history.length;
  for (let row = 0; row < count; row += 1) {
    const record = history.at(order === 'newest first' ? count - 1 - row : row);
    if (record === undefined || filter?.fits(record) === false) continue;
    (record.pinned ? pinned : others).push(record);
  }
  const shown = { records: [...pinned, ...others], pinned: pinned.length };
  remembered.set(history, { filter, order, shown });
  return shown;
}

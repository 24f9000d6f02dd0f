import type { InvocationHistory } from '../../session/invocation-history.ts';
import type { InvocationRecord } from '../../session/store.ts';
import type { InvocationFilter } from './invocation-filter.ts';

export type Order = 'newest first' | 'newest last';

/** The rows of the list, from the top. */
export type ShownInvocations = {
  readonly records: readonly InvocationRecord[];
  /** So many of the rows are pinned; they stand at the top. */
  readonly pinned: number;
  /** Records that were not looked at, because the time for it was up: they are not among the rows yet. */
  readonly waiting: number;
};

/** Longer is not looked for what fits: a key is answered, and the rest follows in the next turns. */
const BUDGET_MS = 15;

type Remembered = {
  readonly filter: InvocationFilter | undefined;
  readonly order: Order;
  readonly shown: ShownInvocations;
};

const remembered = new WeakMap<InvocationHistory, Remembered>();

/**
 * What fits, the pinned ones first, as far as the time goes. Remembered until `lookFurther`, also where it is not all yet: a
 * key and its drawing ask several times, and have the time once.
 */
export function shownInvocations(
  history: InvocationHistory,
  filter: InvocationFilter | undefined,
  order: Order,
  now: () => number = () => performance.now(),
): ShownInvocations {
  const known = remembered.get(history);
  if (known?.filter === filter && known?.order === order) return known.shown;
  const pinned: InvocationRecord[] = [];
  const others: InvocationRecord[] = [];
  const count = history.length;
  const until = now() + BUDGET_MS;
  let waiting = 0;
  let lookedAt = 0;
  for (let row = 0; row < count; row += 1) {
    const record = history.at(order === 'newest first' ? count - 1 - row : row);
    if (record === undefined) continue;
    if (filter !== undefined) {
      if (!filter.knows(record)) {
        // One at least, or nothing would ever come of it.
        if (lookedAt > 0 && now() >= until) {
          waiting += 1;
          continue;
        }
        lookedAt += 1;
      }
      if (!filter.fits(record)) continue;
    }
    (record.pinned ? pinned : others).push(record);
  }
  const shown = { records: [...pinned, ...others], pinned: pinned.length, waiting };
  remembered.set(history, { filter, order, shown });
  return shown;
}

/** The next one who asks gets more of what is not all yet. */
export function lookFurther(history: InvocationHistory): void {
  if ((remembered.get(history)?.shown.waiting ?? 0) > 0) remembered.delete(history);
}

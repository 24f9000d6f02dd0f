import type { InvocationHistory } from '../../session/invocation-history.ts';
import type { InvocationRecord } from '../../session/store.ts';
import type { ScreenFacts } from '../screen.ts';
import type { TextField } from '../shell/text-field.ts';
import type { InvocationFilter } from './invocation-filter.ts';
import { type Order, type ShownInvocations, shownInvocations } from './shown-invocations.ts';

export type InvocationsState = {
  /** Id of an invocation; undefined: the newest one, whichever that is. */
  readonly selected: string | undefined;
  readonly order: Order;
  readonly filter: InvocationFilter | undefined;
  /** While it is open. */
  readonly field: TextField | undefined;
  /** The list as it was when it was paused; the invocations in it go on. */
  readonly paused: { readonly history: InvocationHistory; readonly offered: number } | undefined;
};

export const INITIAL_INVOCATIONS: InvocationsState = {
  selected: undefined,
  order: 'newest first',
  filter: undefined,
  field: undefined,
  paused: undefined,
};

type Session = Pick<ScreenFacts, 'session'>;

/** What the list is of: that of a paused one as it was then. */
export function historyOf({ paused }: InvocationsState, { session }: Session): InvocationHistory {
  return paused?.history ?? session.invocations;
}

export function rowsOf(state: InvocationsState, facts: Session): ShownInvocations {
  return shownInvocations(historyOf(state, facts), state.filter, state.order);
}

/** Row of the selected invocation; where it is no longer shown, that of the newest; -1 without any. */
export function selectedRow(state: InvocationsState, { records, pinned }: ShownInvocations): number {
  const newest = state.order === 'newest first' ? Math.min(pinned, records.length - 1) : records.length - 1;
  if (state.selected === undefined) return newest;
  const row = records.findIndex(({ id }) => id === state.selected);
  return row === -1 ? newest : row;
}

export function selectedRecord(state: InvocationsState, facts: Session): InvocationRecord | undefined {
  const rows = rowsOf(state, facts);
  return current(rows.records[selectedRow(state, rows)], facts);
}

/** The record as it is now: a paused list holds those of back then. */
export function current(
  record: InvocationRecord | undefined,
  { session }: Session,
): InvocationRecord | undefined {
  return record === undefined ? undefined : (session.invocations.find(record.id) ?? record);
}

/** What came while the list was paused. */
export function arrivedSince({ paused }: InvocationsState, { session }: Session): number {
  return paused === undefined ? 0 : session.totals.offered - paused.offered;
}

import {
  copyEffect,
  editEffect,
  eventProblem,
  replayEffect,
  sourceEffect,
} from '../invocation/invocation-effects.ts';
import type { KeyId } from '../key-table.ts';
import { isMove, type Move } from '../lines/scroll.ts';
import type { Effect, Outcome, Screen, ScreenFacts } from '../screen.ts';
import { EMPTY_FIELD, fieldOf } from '../shell/text-field.ts';
import { invocationFilter } from './invocation-filter.ts';
import {
  historyOf,
  INITIAL_INVOCATIONS,
  type InvocationsState,
  rowsOf,
  selectedRecord,
  selectedRow,
} from './invocations-state.ts';
import { InvocationsView, listPage } from './invocations-view.tsx';
import { lookFurther } from './shown-invocations.ts';

/** The home: what was invoked, as it happens. */
export const invocationsScreen: Screen<InvocationsState> = {
  id: 'invocations',
  initial: INITIAL_INVOCATIONS,
  opened(state, { functionName }) {
    if (functionName === undefined) return { state };
    return { state: { ...state, selected: undefined, filter: invocationFilter(`fn:"${functionName}"`) } };
  },
  act,
  disabled(state, action, facts) {
    switch (action) {
      case 'open':
      case 'open.logs':
      case 'pin':
      case 'diff':
      case 'source':
        return selectedRecord(state, facts) === undefined ? 'There is no invocation yet.' : undefined;
      case 'replay':
      case 'edit':
      case 'copy':
        return eventProblem(selectedRecord(state, facts));
      default:
        return undefined;
    }
  },
  backs: ({ filter, paused }) => filter !== undefined || paused !== undefined,
  field(state, facts) {
    if (state.field === undefined) return undefined;
    const { records } = rowsOf(state, facts);
    const all = historyOf(state, facts).length;
    return { label: '/', field: state.field, note: `${records.length}/${all}` };
  },
  unfinished(state, facts) {
    if (rowsOf(state, facts).waiting === 0) return undefined;
    return () => lookFurther(historyOf(state, facts));
  },
  edited: (state, field) => ({ ...state, field, filter: invocationFilter(field.text) }),
  Component: InvocationsView,
};

function act(state: InvocationsState, action: KeyId, facts: ScreenFacts): Outcome<InvocationsState> {
  if (isMove(action)) return { state: moved(state, action, facts) };
  const record = selectedRecord(state, facts);
  const effect = record && effectOf(action, record, facts);
  if (effect !== undefined) return { state, effect };
  switch (action) {
    case 'filter':
      return {
        state: { ...state, field: state.filter === undefined ? EMPTY_FIELD : fieldOf(state.filter.query) },
      };
    case 'field.accept':
      return { state: { ...state, field: undefined } };
    case 'field.cancel':
      return { state: { ...state, field: undefined, filter: undefined } };
    case 'follow':
      return { state: followed(state, record?.id) };
    case 'pause':
      return { state: paused(state, record?.id, facts) };
    case 'order':
      return { state: { ...state, order: state.order === 'newest first' ? 'newest last' : 'newest first' } };
    case 'back':
      // One thing at a time: first what narrows the list, then what holds it.
      return state.filter === undefined
        ? { state: { ...state, paused: undefined } }
        : { state: { ...state, filter: undefined } };
    default:
      return { state };
  }
}

type Selected = NonNullable<ReturnType<typeof selectedRecord>>;

function effectOf(action: KeyId, record: Selected, facts: ScreenFacts): Effect<InvocationsState> | undefined {
  const target = { invocationId: record.id };
  switch (action) {
    case 'open':
      return { type: 'go', screen: 'invocation', target };
    case 'open.logs':
      return { type: 'go', screen: 'invocation', target: { ...target, tab: 'logs' } };
    case 'diff':
      return { type: 'go', screen: 'invocation', target: { ...target, tab: 'diff' } };
    case 'pin':
      return {
        type: 'run',
        run: async (actions) => {
          actions.pin(record.id, !record.pinned);
          return {};
        },
      };
    case 'replay':
      return replayEffect(record);
    case 'edit':
      return editEffect(record);
    case 'copy':
      return copyEffect(record, facts);
    case 'source':
      return sourceEffect(record);
    default:
      return undefined;
  }
}

function moved(state: InvocationsState, move: Move, facts: ScreenFacts): InvocationsState {
  const rows = rowsOf(state, facts);
  const last = rows.records.length - 1;
  const row = Math.max(0, Math.min(selectedRow(state, rows) + stepOf(move, listPage(facts)), last));
  return { ...state, selected: rows.records[row]?.id };
}

function stepOf(move: Move, page: number): number {
  const half = Math.ceil(page / 2);
  const steps: Readonly<Record<Move, number>> = {
    'move.down': 1,
    'move.up': -1,
    'move.halfDown': half,
    'move.halfUp': -half,
    'move.pageDown': page,
    'move.pageUp': -page,
    'move.first': Number.NEGATIVE_INFINITY,
    'move.last': Number.POSITIVE_INFINITY,
  };
  return steps[move];
}

/** The newest one, whichever it is; following it means that nothing holds the list. */
function followed(state: InvocationsState, selected: string | undefined): InvocationsState {
  const following = state.selected === undefined && state.paused === undefined;
  return following ? { ...state, selected } : { ...state, selected: undefined, paused: undefined };
}

function paused(
  state: InvocationsState,
  selected: string | undefined,
  { session }: ScreenFacts,
): InvocationsState {
  if (state.paused !== undefined) return { ...state, paused: undefined };
  return { ...state, selected, paused: { history: session.invocations, offered: session.totals.offered } };
}

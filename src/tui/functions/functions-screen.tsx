import { Box, Text } from 'ink';
import { holderText } from '../../session/holder-text.ts';
import { printable } from '../../session/printable.ts';
import type { FunctionRecord } from '../../session/store.ts';
import { editFilter, endFilter, openFilter } from '../filter-field.ts';
import { filterMessage, filterNote } from '../filter-terms.ts';
import type { KeyId } from '../key-table.ts';
import { LineRows } from '../lines/line-rows.tsx';
import { isMove, moved, settled } from '../lines/scroll.ts';
import { linesOf } from '../lines/span.ts';
import type { Outcome, Screen, ScreenFacts } from '../screen.ts';
import { useTheme } from '../theme.ts';
import { functionRow, headingRow, problemRows, widthsOf } from './function-rows.ts';
import {
  type FunctionsState,
  INITIAL_FUNCTIONS,
  SORTS,
  selectedPlace,
  shownFunctions,
  termsOf,
} from './functions-state.ts';

type Facts = ScreenFacts;
type Next = Outcome<FunctionsState>;

/** All functions of the app: who serves them, how often they ran, how long they took, why they do not build. */
export const functionsScreen: Screen<FunctionsState> = {
  id: 'functions',
  initial: INITIAL_FUNCTIONS,
  opened: (state, { functionName }) => ({
    state:
      functionName === undefined ? state : { ...INITIAL_FUNCTIONS, sort: state.sort, selected: functionName },
  }),
  act,
  disabled(state, action, facts) {
    const needsFunction = action === 'toggle' || action === 'open.logs' || action === 'source';
    if (!needsFunction || selectedFunction(state, facts) !== undefined) return undefined;
    return facts.session.functions.length === 0
      ? 'There is no function yet.'
      : 'No function fits the filter.';
  },
  backs: ({ filter }) => filter.text !== '',
  field(state, facts) {
    const { editing } = state.filter;
    if (editing === undefined) return undefined;
    const { unknown } = termsOf(state.filter);
    const note = filterNote(shownFunctions(state, facts).length, facts.session.functions.length, unknown);
    return { label: '/', field: editing.field, note };
  },
  edited: (state, field) => ({ ...state, filter: editFilter(state.filter, field) }),
  Component: Functions,
};

function act(state: FunctionsState, action: KeyId, facts: Facts): Next {
  if (isMove(action)) {
    const shown = shownFunctions(state, facts);
    const scroll = { row: selectedPlace(state, shown), first: 0 };
    const { row } = moved(scroll, action, { count: shown.length, page: pageOf(facts) });
    return { state: { ...state, selected: shown[row]?.name } };
  }
  const selected = selectedFunction(state, facts);
  switch (action) {
    case 'toggle':
      return selected === undefined ? { state } : toggled(state, selected);
    case 'sort': {
      const sort = SORTS[(SORTS.indexOf(state.sort) + 1) % SORTS.length] ?? 'name';
      return { state: { ...state, sort }, message: { text: `Sorted by ${sort}.`, token: 'faint' } };
    }
    case 'filter':
      return { state: { ...state, filter: openFilter(state.filter) } };
    case 'field.accept':
      return {
        state: { ...state, filter: endFilter(state.filter, true) },
        ...filterMessage(termsOf(state.filter).unknown),
      };
    case 'field.cancel':
      return { state: { ...state, filter: endFilter(state.filter, false) } };
    case 'back':
      return { state: { ...state, filter: { text: '', editing: undefined } } };
    case 'open.logs':
      return selected === undefined
        ? { state }
        : { state, effect: { type: 'go', screen: 'logs', target: { functionName: selected.name } } };
    case 'source':
      return selected === undefined ? { state } : opened(state, selected);
    default:
      return { state };
  }
}

function toggled(state: FunctionsState, { name, state: status }: FunctionRecord): Next {
  if (status.status === 'held') {
    const text = `${printable(name)} is held by ${holderText(status)}. Take it over?`;
    return {
      state,
      effect: { type: 'ask', question: { type: 'confirm', text, yes: run(name, true, true) } },
    };
  }
  return { state, effect: run(name, status.status === 'off', false) };
}

function run(name: string, on: boolean, takeover: boolean) {
  return {
    type: 'run',
    doing: on ? `Taking ${printable(name)} …` : `Leaving ${printable(name)} …`,
    run: async (actions) => {
      await actions.toggle(name, on, { takeover });
      return {};
    },
  } as const satisfies Next['effect'];
}

/** At the place where it does not build, else at its handler. */
function opened(state: FunctionsState, { name, state: status }: FunctionRecord): Next {
  const location = status.status === 'build-error' ? status.problems[0]?.location : undefined;
  return {
    state,
    effect: {
      type: 'run',
      run: async (actions) => {
        await actions.openSource(name, location);
        return {};
      },
    },
  };
}

function selectedFunction(state: FunctionsState, facts: Facts): FunctionRecord | undefined {
  const shown = shownFunctions(state, facts);
  return shown[selectedPlace(state, shown)];
}

function pageOf({ size }: Facts): number {
  return Math.max(1, size.rows - 1);
}

function Functions({ state, facts }: { readonly state: FunctionsState; readonly facts: Facts }) {
  const theme = useTheme();
  const { columns } = facts.size;
  const shown = shownFunctions(state, facts);
  const place = selectedPlace(state, shown);
  if (shown.length === 0) {
    const text = facts.session.functions.length === 0 ? 'No functions yet.' : 'No function fits the filter.';
    return <Text>{`  ${text}`}</Text>;
  }
  const widths = widthsOf(facts.session.functions, columns);
  // Rows of a table are made when they are shown; only functions that do not build have more than one.
  const rows = shown.flatMap((record, index) => [
    { place: index, make: () => functionRow(record, widths, facts) },
    ...problemRows(record, columns - 2).map((spans) => ({ place: -1, make: () => spans })),
  ]);
  const chosen = rows.findIndex((row) => row.place === place);
  const page = pageOf(facts);
  const { first } = settled({ row: chosen, first: chosen - Math.floor(page / 2) }, rows.length, page);
  const window = linesOf(rows.slice(first, first + page).map(({ make }) => make()));
  return (
    <Box flexDirection="column">
      <Text
        wrap="truncate"
        aria-label="Functions, each with its state, invocations, errors, and half and 95 percent of its durations"
        {...theme.faint}
      >
        {headingRow(widths, state.sort)}
      </Text>
      <LineRows lines={window} first={0} rows={page} columns={columns} chosen={chosen - first} />
    </Box>
  );
}

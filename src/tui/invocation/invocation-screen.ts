import type { KeyId } from '../key-table.ts';
import { isMove, moved, settled } from '../lines/scroll.ts';
import { searchPattern } from '../lines/span.ts';
import type { Outcome, Screen, ScreenFacts } from '../screen.ts';
import { EMPTY_FIELD, fieldOf } from '../shell/text-field.ts';
import { failureLocation } from './failure-view.ts';
import {
  copyEffect,
  editEffect,
  eventProblem,
  replayEffect,
  saveEffect,
  sourceEffect,
} from './invocation-effects.ts';
import {
  INITIAL_INVOCATION,
  type InvocationState,
  isTab,
  opened,
  scrollOf,
  shownRecord,
  shownTab,
  TABS,
  withScroll,
  withTab,
} from './invocation-state.ts';
import { InvocationView } from './invocation-view.tsx';
import { actOnNode, isNodeAction, matchesOf, nextMatch } from './json-actions.ts';
import { pageOf, type TabView, tabView } from './tab-view.ts';

/** One invocation: what went in, what came out, and what happened between. */
export const invocationScreen: Screen<InvocationState> = {
  id: 'invocation',
  initial: INITIAL_INVOCATION,
  opened(state, { invocationId, tab }, facts) {
    const next = opened(state, invocationId, { tab: isTab(tab) ? tab : undefined, facts });
    const same = invocationId !== undefined && invocationId === state.id && next.tab === state.tab;
    return explained({ state: same ? state : next }, facts);
  },
  act: (state, action, facts) => explained(act(state, action, facts), facts),
  disabled(state, action, facts) {
    const record = shownRecord(state, facts);
    switch (action) {
      case 'replay':
      case 'edit':
      case 'save':
      case 'copy':
        return eventProblem(record);
      case 'search.next':
      case 'search.previous':
        return state.search === undefined ? 'Search for something first: /' : undefined;
      default:
        return undefined;
    }
  },
  backs: ({ search }) => search !== undefined,
  field(state, facts) {
    if (state.field === undefined) return undefined;
    return { label: '/', field: state.field, note: noteOf(state, facts) };
  },
  edited(state, field) {
    const pattern = searchPattern(field.text);
    return { ...state, field, search: pattern && { query: field.text, pattern } };
  },
  Component: InvocationView,
};

function noteOf(state: InvocationState, facts: ScreenFacts): string {
  const view = tabView(state, shownTab(state, facts), facts);
  if (state.search === undefined || view.json === undefined) return '';
  const found = matchesOf(view.json.layout.document, state.search.query).length;
  return found === 0 ? 'nothing found' : `${found} found`;
}

function act(state: InvocationState, action: KeyId, facts: ScreenFacts): Outcome<InvocationState> {
  const record = shownRecord(state, facts);
  const tab = shownTab(state, facts);
  if (isMove(action)) return { state: move(state, action, facts) };
  if (isNodeAction(action)) return { state: changeNode(state, action, facts) };
  switch (action) {
    case 'tab.next':
    case 'tab.previous': {
      const step = action === 'tab.next' ? 1 : TABS.length - 1;
      return { state: withTab(state, TABS[(TABS.indexOf(tab) + step) % TABS.length] ?? tab) };
    }
    case 'tab.event':
    case 'tab.answer':
    case 'tab.logs':
    case 'tab.timeline':
    case 'tab.context':
    case 'tab.diff':
      return { state: withTab(state, TABS.find((name) => action === `tab.${name}`) ?? tab) };
    case 'diff':
      return { state: withTab(state, 'diff') };
    case 'newer':
    case 'older':
      return neighbour(state, action, facts);
    case 'search':
      return {
        state: { ...state, field: state.search === undefined ? EMPTY_FIELD : fieldOf(state.search.query) },
      };
    case 'field.accept':
      return find({ ...state, field: undefined }, true, facts);
    case 'field.cancel':
      return { state: { ...state, field: undefined, search: undefined } };
    case 'search.next':
      return find(state, true, facts);
    case 'search.previous':
      return find(state, false, facts);
    case 'back':
      return { state: { ...state, search: undefined } };
    case 'replay':
      return { state, ...(record && { effect: replayEffect(record, awaitDiff) }) };
    case 'edit':
      return { state, ...(record && { effect: editEffect(record, awaitDiff) }) };
    case 'save':
      return { state, ...(record && { effect: saveEffect(record) }) };
    case 'copy':
      return { state, ...(record && { effect: copyEffect(record, facts) }) };
    case 'source':
      return { state, ...(record && { effect: sourceEffect(record) }) };
    default:
      return { state };
  }
}

function awaitDiff(state: InvocationState): InvocationState {
  return { ...state, awaitsDiff: true };
}

function move(
  state: InvocationState,
  action: Parameters<typeof moved>[1],
  facts: ScreenFacts,
): InvocationState {
  const tab = shownTab(state, facts);
  const { lines } = tabView(state, tab, facts);
  const options = { count: lines.count, page: pageOf(facts), follow: tab === 'logs' };
  return withScroll(state, tab, moved(scrollOf(state, tab), action, options));
}

/** Where the reader is, in rows that are there. */
function place(state: InvocationState, view: TabView, facts: ScreenFacts) {
  return settled(scrollOf(state, shownTab(state, facts)), view.lines.count, pageOf(facts));
}

function changeNode(
  state: InvocationState,
  action: Parameters<typeof actOnNode>[2],
  facts: ScreenFacts,
): InvocationState {
  const tab = shownTab(state, facts);
  const view = tabView(state, tab, facts);
  const at = place(state, view, facts);
  if (view.logs !== undefined) {
    const line = view.logs.lineAt(at.row);
    const openLines = new Set(state.openLines);
    if (!openLines.delete(line)) openLines.add(line);
    return { ...state, openLines };
  }
  const { json } = view;
  if (json === undefined || at.row < json.from) return state;
  const next = actOnNode(json.layout, at.row - json.from, action, columnsOf(facts));
  const arranged = { ...state.arranged, [tab]: { bytes: json.bytes, document: next.document } };
  return withScroll({ ...state, arranged }, tab, { row: next.row + json.from, first: at.first });
}

function columnsOf({ size }: ScreenFacts): number {
  return Math.max(8, size.columns - 2);
}

function find(state: InvocationState, forward: boolean, facts: ScreenFacts): Outcome<InvocationState> {
  if (state.search === undefined) return { state };
  const tab = shownTab(state, facts);
  const view = tabView(state, tab, facts);
  const at = place(state, view, facts);
  const { json } = view;
  if (json === undefined) return findRow(state, view, { at, forward, tab });
  const matches = matchesOf(json.layout.document, state.search.query);
  const row = Math.max(0, at.row - json.from);
  const next = nextMatch(json.layout, row, { matches, forward, columns: columnsOf(facts) });
  if (next === undefined) return { state, message: { text: 'Nothing found.', token: 'warning' } };
  const arranged = { ...state.arranged, [tab]: { bytes: json.bytes, document: next.document } };
  return { state: withScroll({ ...state, arranged }, tab, { row: next.row + json.from, first: at.first }) };
}

type Search = {
  readonly at: ReturnType<typeof place>;
  readonly forward: boolean;
  readonly tab: (typeof TABS)[number];
};

/** In rows of text: the next one with a match, going round at the ends. */
function findRow(
  state: InvocationState,
  { lines }: TabView,
  { at, forward, tab }: Search,
): Outcome<InvocationState> {
  const query = state.search?.query.toLowerCase() ?? '';
  for (let step = 1; step <= lines.count; step += 1) {
    const row = (at.row + (forward ? step : lines.count - step)) % lines.count;
    const text = lines
      .row(row)
      .map((one) => one.text)
      .join('');
    if (text.toLowerCase().includes(query))
      return { state: withScroll(state, tab, { row, first: at.first }) };
  }
  return { state, message: { text: 'Nothing found.', token: 'warning' } };
}

function neighbour(
  state: InvocationState,
  which: 'newer' | 'older',
  facts: ScreenFacts,
): Outcome<InvocationState> {
  const { invocations } = facts.session;
  const record = shownRecord(state, facts);
  const position = record === undefined ? invocations.length : invocations.positionOf(record.id);
  const place = position + (which === 'newer' ? 1 : -1);
  const next = place < 0 ? undefined : invocations.at(place);
  if (next === undefined) return { state, message: { text: `There is no ${which} one.`, token: 'warning' } };
  return { state: opened(state, next.id, { facts }) };
}

/** With the code that a failure came from, read once when its answer is looked at. */
function explained(outcome: Outcome<InvocationState>, facts: ScreenFacts): Outcome<InvocationState> {
  const { state } = outcome;
  const record = shownRecord(state, facts);
  if (outcome.effect !== undefined || record === undefined || state.frame?.id === record.id) return outcome;
  const location = shownTab(state, facts) === 'answer' ? failureLocation(record) : undefined;
  if (location === undefined) return outcome;
  const { id } = record;
  return {
    ...outcome,
    state: { ...state, frame: { id, code: undefined } },
    effect: {
      type: 'run',
      run: async (actions) => {
        const lines = await actions.readSource(location);
        if (lines === undefined) return {};
        return {
          update: (now) =>
            now.frame?.id === id ? { ...now, frame: { id, code: { location, lines } } } : now,
        };
      },
    },
  };
}

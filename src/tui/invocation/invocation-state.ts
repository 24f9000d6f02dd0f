import type { InvocationRecord } from '../../session/store.ts';
import type { JsonDocument } from '../json/json-document.ts';
import { END, type Scroll, TOP } from '../lines/scroll.ts';
import type { ScreenFacts } from '../screen.ts';
import type { TextField } from '../shell/text-field.ts';
import { answerDiff, diffPartner, reloadedBetween } from './answer-diff.ts';
import type { CodeFrame } from './failure-view.ts';

export const TABS = ['event', 'answer', 'logs', 'timeline', 'context', 'diff'] as const;
export type Tab = (typeof TABS)[number];

export function isTab(name: string | undefined): name is Tab {
  return TABS.some((tab) => tab === name);
}

/** A JSON body as the reader has folded it, and the bytes that it was made of. */
type Arranged = { readonly bytes: Uint8Array; readonly document: JsonDocument };

export type InvocationState = {
  /** Undefined: the newest one. */
  readonly id: string | undefined;
  readonly tab: Tab;
  /** By hand: it is kept for the next ones. Else a failed one opens on its error, any other one on its event. */
  readonly tabChosen: boolean;
  /** The diff shows by itself when a replay of other code has ended: until a tab is chosen by hand. */
  readonly awaitsDiff: boolean;
  readonly scrolls: Readonly<Partial<Record<Tab, Scroll>>>;
  readonly arranged: Readonly<Partial<Record<Tab, Arranged>>>;
  /** Numbers of the log lines that are unfolded. */
  readonly openLines: ReadonlySet<number>;
  readonly search: { readonly query: string; readonly pattern: RegExp } | undefined;
  readonly field: TextField | undefined;
  /** Of the invocation whose failure it explains. */
  readonly frame: { readonly id: string; readonly code: CodeFrame | undefined } | undefined;
};

export const INITIAL_INVOCATION: InvocationState = {
  id: undefined,
  tab: 'event',
  tabChosen: false,
  awaitsDiff: false,
  scrolls: {},
  arranged: {},
  openLines: new Set(),
  search: undefined,
  field: undefined,
  frame: undefined,
};

type Session = Pick<ScreenFacts, 'session'>;

export function shownRecord({ id }: InvocationState, { session }: Session): InvocationRecord | undefined {
  return id === undefined ? session.invocations.at(-1) : session.invocations.find(id);
}

/** The tab that is on the screen. */
export function shownTab(state: InvocationState, facts: Session): Tab {
  if (!state.awaitsDiff) return state.tab;
  const record = shownRecord(state, facts);
  const partner = record && diffPartner(facts.session.invocations, record);
  const diff = record && partner && answerDiff(record, partner);
  return diff !== undefined && diff.after.replayOf !== undefined && reloadedBetween(diff)
    ? 'diff'
    : state.tab;
}

/** Another invocation from its beginning; in the tab that was chosen. */
export function opened(
  state: InvocationState,
  id: string | undefined,
  { tab, facts }: { readonly tab?: Tab | undefined; readonly facts: Session },
): InvocationState {
  const { search } = state;
  const next = { ...INITIAL_INVOCATION, id, search };
  const chosen = tab ?? (state.tabChosen ? state.tab : undefined);
  if (chosen !== undefined) return { ...next, tab: chosen, tabChosen: true };
  return shownRecord(next, facts)?.errorType === undefined ? next : { ...next, tab: 'answer' };
}

export function withTab(state: InvocationState, tab: Tab): InvocationState {
  return { ...state, tab, tabChosen: true, awaitsDiff: false };
}

/** Logs are read from their end, because there the news is. */
export function scrollOf({ scrolls }: InvocationState, tab: Tab): Scroll {
  return scrolls[tab] ?? (tab === 'logs' ? END : TOP);
}

export function withScroll(state: InvocationState, tab: Tab, scroll: Scroll): InvocationState {
  return { ...state, scrolls: { ...state.scrolls, [tab]: scroll } };
}

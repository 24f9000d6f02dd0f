import { TABS, type Tab } from './invocation/detail-lines.ts';
import { bindingOf, type Facts, type KeyContext, type KeyId } from './key-table.ts';

/** What of the session is on the screen. */
export type ViewState = {
  readonly screen: 'list' | 'detail';
  readonly help: boolean;
  /** Asking whether to quit although invocations run. */
  readonly asking: boolean;
  readonly done: boolean;
  /** Id of an invocation; undefined: the newest one, whichever that is. */
  readonly selected: string | undefined;
  readonly tab: Tab;
  /** First line of the tab that is shown; Infinity: the end, followed. */
  readonly scroll: number;
  /** Why the last key did nothing. */
  readonly message: string | undefined;
};

export const INITIAL_VIEW: ViewState = {
  screen: 'list',
  help: false,
  asking: false,
  done: false,
  selected: undefined,
  tab: 'event',
  scroll: 0,
  message: undefined,
};

export function keyContext(view: ViewState): KeyContext {
  if (view.asking) return 'quit';
  return view.help ? 'help' : view.screen;
}

/** The view after a key. Pure; a key without a meaning here only clears the message. */
export function pressKey(view: ViewState, key: string, facts: Facts): ViewState {
  const binding = bindingOf(keyContext(view), key);
  const message = binding?.disabled?.(facts);
  if (binding === undefined || message !== undefined) return { ...view, message };
  return act({ ...view, message: undefined }, binding.id, facts);
}

function act(view: ViewState, id: KeyId, facts: Facts): ViewState {
  switch (id) {
    case 'open':
    case 'open.logs': {
      const tab = id === 'open' ? view.tab : 'logs';
      return { ...view, screen: 'detail', selected: facts.ids[selectedIndex(view, facts)], ...top(tab) };
    }
    case 'move.down':
      return move(view, facts, 1);
    case 'move.up':
      return move(view, facts, -1);
    case 'move.halfDown':
      return move(view, facts, Math.ceil(facts.page / 2));
    case 'move.halfUp':
      return move(view, facts, -Math.ceil(facts.page / 2));
    case 'move.pageDown':
      return move(view, facts, facts.page);
    case 'move.pageUp':
      return move(view, facts, -facts.page);
    case 'move.first':
      return move(view, facts, -Infinity);
    case 'move.last':
      return view.screen === 'list' ? { ...view, selected: undefined } : { ...view, scroll: Infinity };
    case 'follow':
      return { ...view, selected: view.selected === undefined ? facts.ids.at(-1) : undefined };
    case 'tab.next':
    case 'tab.previous': {
      const step = id === 'tab.next' ? 1 : TABS.length - 1;
      return { ...view, ...top(TABS[(TABS.indexOf(view.tab) + step) % TABS.length] ?? view.tab) };
    }
    case 'tab.event':
    case 'tab.answer':
    case 'tab.logs':
      return { ...view, ...top(TABS.find((tab) => id === `tab.${tab}`) ?? view.tab) };
    case 'help':
      return { ...view, help: !view.help };
    case 'back':
      return view.help ? { ...view, help: false } : { ...view, screen: 'list' };
    case 'quit':
      return facts.running > 0 ? { ...view, asking: true } : { ...view, done: true };
    case 'quit.no':
      return { ...view, asking: false };
    case 'quit.yes':
    case 'quit.now':
      return { ...view, done: true };
    case 'suspend':
      return view;
    default: {
      const unhandled: never = id;
      return unhandled;
    }
  }
}

/** A tab from its beginning; logs from their end, because there the news is. */
function top(tab: Tab): Pick<ViewState, 'tab' | 'scroll'> {
  return { tab, scroll: tab === 'logs' ? Infinity : 0 };
}

function move(view: ViewState, facts: Facts, by: number): ViewState {
  if (view.screen === 'detail') {
    const scroll = clamp(firstLine(view, facts) + by, lastStart(facts));
    // At the end of the logs, stay there while more come.
    return {
      ...view,
      scroll: view.tab === 'logs' && scroll === lastStart(facts) && by > 0 ? Infinity : scroll,
    };
  }
  return { ...view, selected: facts.ids[clamp(selectedIndex(view, facts) + by, facts.ids.length - 1)] };
}

/** Index of the selected invocation; of the oldest when the selected one is no longer kept; -1 when there is none. */
export function selectedIndex(view: ViewState, { ids }: Pick<Facts, 'ids'>): number {
  if (view.selected === undefined) return ids.length - 1;
  const index = ids.lastIndexOf(view.selected);
  return index === -1 && ids.length > 0 ? 0 : index;
}

export function firstLine(view: ViewState, facts: Pick<Facts, 'lines' | 'page'>): number {
  return clamp(view.scroll, lastStart(facts));
}

/** First row of a list that shows the selected one, in the middle where possible. */
export function firstRow(index: number, count: number, page: number): number {
  return clamp(index - Math.floor(page / 2), count - page);
}

function lastStart({ lines, page }: Pick<Facts, 'lines' | 'page'>): number {
  return Math.max(0, lines - page);
}

function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(value, max));
}

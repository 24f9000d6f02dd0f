import type { ScreenId } from '../key-table.ts';

/** Where the user is, and where Escape leads, the nearest one last. */
export type Place = { readonly screen: ScreenId; readonly parents: readonly ScreenId[] };

/** The screens that are places of their own, in the order of their tabs. */
export const TOP_SCREENS = [
  'invocations',
  'functions',
  'fixtures',
  'logs',
] as const satisfies readonly ScreenId[];

export type TopScreen = (typeof TOP_SCREENS)[number];

export const HOME: Place = { screen: 'invocations', parents: [] };

/** Nobody goes back further. */
const DEEPEST = 8;

export function isTop(screen: ScreenId): screen is TopScreen {
  return TOP_SCREENS.some((top) => top === screen);
}

/** Tabs stand beside each other; what is opened for something has a way back to where it was opened. */
export function goTo(place: Place, screen: ScreenId, opened: boolean): Place {
  if (isTop(screen) && !opened) return { screen, parents: [] };
  if (screen === place.screen) return place;
  return { screen, parents: [...place.parents, place.screen].slice(-DEEPEST) };
}

/** One step; from a tab to home; from home to nowhere. */
export function goBack({ parents }: Place): Place {
  const parent = parents.at(-1);
  return parent === undefined ? HOME : { screen: parent, parents: parents.slice(0, -1) };
}

export function besideOf(screen: ScreenId, step: 1 | -1): TopScreen {
  const index = isTop(screen) ? TOP_SCREENS.indexOf(screen) : 0;
  return TOP_SCREENS[(index + step + TOP_SCREENS.length) % TOP_SCREENS.length] ?? 'invocations';
}

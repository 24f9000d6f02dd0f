import { fuzzyMatch } from '../palette/fuzzy-match.ts';
import type { TextField } from './text-field.ts';

/** Something to choose, found by its label. */
export type ListItem = {
  readonly label: string;
  /** Stands faint behind it: the key that does the same. */
  readonly hint?: string;
  /** Why it does nothing now. */
  readonly disabled?: string | undefined;
};

/** What fits a query, and which of it is selected. */
export type ChoiceList<Item extends ListItem> = {
  readonly all: readonly Item[];
  readonly field: TextField;
  readonly fitting: readonly { readonly item: Item; readonly positions: readonly number[] }[];
  readonly selected: number;
};

export function choiceList<Item extends ListItem>(all: readonly Item[], field: TextField): ChoiceList<Item> {
  const scored = all.flatMap((item) => {
    const match = fuzzyMatch(field.text, item.label);
    return match === undefined ? [] : [{ item, ...match }];
  });
  // Stable: what fits alike stays in the order of the table.
  const fitting = field.text === '' ? scored : scored.sort((one, other) => other.score - one.score);
  return { all, field, fitting, selected: 0 };
}

/** Past its ends it goes round. */
export function moveChoice<Item extends ListItem>(list: ChoiceList<Item>, by: 1 | -1): ChoiceList<Item> {
  const count = list.fitting.length;
  return count === 0 ? list : { ...list, selected: (list.selected + by + count) % count };
}

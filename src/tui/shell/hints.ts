import type { KeyId } from '../key-table.ts';

/** Where is remembered which hints a user needs no more. */
export type HintStore = {
  readonly seen: readonly string[];
  /** Never fails: a hint too many harms nobody. */
  save(seen: readonly string[]): void;
};

/** For those who have read them all. */
export const NO_HINTS: HintStore = { seen: ['all'], save: () => undefined };

/** What newcomers do not find by themselves, in the order in which it helps. Over when its key was used. */
const HINTS: readonly { readonly action: KeyId; readonly text: string }[] = [
  { action: 'help', text: 'Hint: ? shows every key of the screen that you are in.' },
  { action: 'go.functions', text: 'Hint: 2 shows your functions: turn each on and off there.' },
  { action: 'replay', text: 'Hint: r runs an invocation again, e edits its event before.' },
  { action: 'palette', text: 'Hint: : finds every command by a few of its letters.' },
];

/** One line for those who are new here, while nothing else is said. */
export class Hints {
  readonly #store: HintStore;
  readonly #seen: Set<string>;

  constructor(store: HintStore) {
    this.#store = store;
    this.#seen = new Set(store.seen);
  }

  next(): string | undefined {
    if (this.#seen.has('all')) return undefined;
    return HINTS.find(({ action }) => !this.#seen.has(action))?.text;
  }

  /** The user knows this one. */
  used(action: KeyId): void {
    if (this.#seen.has('all') || this.#seen.has(action)) return;
    if (!HINTS.some((hint) => hint.action === action)) return;
    this.#seen.add(action);
    this.#store.save([...this.#seen]);
  }
}

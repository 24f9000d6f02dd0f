import { type FilterScope, filterTerms } from '../filter-terms.ts';
import type { BookLine, LogBook } from './log-book.ts';

/** Which lines of a book fit a filter. Each line is looked at once, however often the screen is drawn. */
export class ShownLines {
  /** What the filter asks for and no line can tell. */
  readonly unknown: readonly FilterScope[];
  readonly #book: LogBook;
  readonly #fits: ((line: BookLine) => boolean) | undefined;
  /** Sequences of those that fit, oldest first; undefined without a filter: then all do. */
  #fitting: number[] = [];
  #looked = 0;

  constructor(book: LogBook, filter: string) {
    this.#book = book;
    const { terms, unknown } = filterTerms(filter, ['fn']);
    this.unknown = unknown;
    if (terms.length === 0) return;
    this.#fits = ({ functionName, text }) =>
      terms.every(
        ({ scope, pattern, not }) =>
          (pattern.test(functionName) || (scope === 'text' && pattern.test(text))) !== not,
      );
  }

  /** The sequences from the oldest kept up to before `end`. */
  upTo(end: number): { readonly count: number; readonly at: (index: number) => number | undefined } {
    const oldest = this.#book.firstSequence;
    if (this.#fits === undefined) {
      const count = Math.max(0, end - oldest);
      return { count, at: (index) => (index >= 0 && index < count ? oldest + index : undefined) };
    }
    this.#look();
    const from = lowerBound(this.#fitting, oldest);
    // Those that are no longer kept are let go, many at a time.
    if (from > 1_024) this.#fitting = this.#fitting.slice(from);
    const first = lowerBound(this.#fitting, oldest);
    const count = Math.max(0, lowerBound(this.#fitting, end) - first);
    const fitting = this.#fitting;
    return { count, at: (index) => (index >= 0 && index < count ? fitting[first + index] : undefined) };
  }

  #look(): void {
    const { nextSequence, firstSequence } = this.#book;
    for (let sequence = Math.max(this.#looked, firstSequence); sequence < nextSequence; sequence += 1) {
      const line = this.#book.at(sequence);
      if (line !== undefined && this.#fits?.(line) === true) this.#fitting.push(sequence);
    }
    this.#looked = nextSequence;
  }
}

/** Index of the first that is not smaller. */
export function lowerBound(sorted: readonly number[], value: number): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((sorted[middle] ?? value) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

const known = new WeakMap<LogBook, { readonly filter: string; readonly lines: ShownLines }>();

/** Remembered until the filter changes: there is one at a time. */
export function shownLines(book: LogBook, filter: string): ShownLines {
  const before = known.get(book);
  if (before?.filter === filter) return before.lines;
  const lines = new ShownLines(book, filter);
  known.set(book, { filter, lines });
  return lines;
}

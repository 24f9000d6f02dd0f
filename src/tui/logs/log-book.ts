import type { SessionEvent } from '../../session/event.ts';
import type { SessionStore } from '../../session/store.ts';
import { InvocationNames } from '../invocation-names.ts';

/** One line that a function printed, or one of a record of several lines. */
export type BookLine = {
  /** Counts from 0 over all lines of the session. */
  readonly sequence: number;
  readonly functionName: string;
  readonly invocationId: string;
  /** As it was printed: what of it a terminal would obey is still in it. */
  readonly text: string;
  /** Epoch milliseconds of its arrival, for display only. */
  readonly at: number;
};

/** How much of the past is kept. */
export const KEPT_LINES = { lines: 20_000, characters: 8 * 1024 * 1024 } as const;

/** More of one line than any screen shows at once. */
const LONGEST_LINE = 16 * 1024;

/** The lines of all functions of a session in the order of their arrival; the oldest make room for new ones. */
export class LogBook {
  readonly #names: InvocationNames;
  readonly #now: () => number;
  /** Lines from `#first` on are kept; the places before it are let go together. */
  #lines: (BookLine | undefined)[] = [];
  #first = 0;
  #characters = 0;
  #leftOut = 0;
  /** Idempotent. */
  readonly close: () => void;

  /** `now`: epoch milliseconds. */
  constructor(store: Pick<SessionStore, 'onEvent' | 'getState'>, now: () => number = Date.now) {
    this.#now = now;
    const known = store.getState();
    this.#names = new InvocationNames(known);
    for (const { id, functionName, logs, offeredAt } of known.invocations) {
      for (const { text } of logs) this.#add(text, { functionName, invocationId: id, at: offeredAt });
    }
    this.close = store.onEvent((event) => this.#accept(event));
  }

  /** Lines that are kept. */
  get length(): number {
    return this.#lines.length - this.#first;
  }

  /** Sequence of the oldest line that is kept, which is how many were let go. */
  get firstSequence(): number {
    return this.#leftOut;
  }

  /** Sequence that the next line will have: changes with each line. */
  get nextSequence(): number {
    return this.#leftOut + this.length;
  }

  /** Undefined when it was let go, or has not come. */
  at(sequence: number): BookLine | undefined {
    return sequence < this.#leftOut ? undefined : this.#lines[this.#first + sequence - this.#leftOut];
  }

  #accept(event: SessionEvent): void {
    this.#names.accept(event);
    if (event.type !== 'log') return;
    const functionName = this.#names.nameOf(event.id) ?? '';
    this.#add(event.line.text, { functionName, invocationId: event.id, at: this.#now() });
  }

  /** A record is as many lines as it has. */
  #add(record: string, of: Pick<BookLine, 'functionName' | 'invocationId' | 'at'>): void {
    for (const line of record.split(/\r?\n/)) {
      const text = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
      this.#lines.push({ sequence: this.nextSequence, ...of, text });
      this.#characters += text.length;
      this.#bound();
    }
  }

  #bound(): void {
    while (this.length > KEPT_LINES.lines || this.#characters > KEPT_LINES.characters) {
      this.#characters -= this.#lines[this.#first]?.text.length ?? 0;
      this.#lines[this.#first] = undefined;
      this.#first += 1;
      this.#leftOut += 1;
    }
    // Half of it is empty: moved at once, each line is moved once on average.
    if (this.#first <= this.length) return;
    this.#lines = this.#lines.slice(this.#first);
    this.#first = 0;
  }
}

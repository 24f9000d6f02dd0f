import type { SessionEvent } from '../session/event.ts';
import { printable } from '../session/printable.ts';
import type { SessionStore } from '../session/store.ts';

type Dropped = Extract<SessionEvent, { type: 'dropped' }>;

/** A message that was thrown away, how often in a row, in text that a terminal can show. */
export type LatestDrop = {
  readonly process: Dropped['process'];
  readonly reason: string;
  readonly detail: string;
  readonly times: number;
};

const KEPT_DROPS = 3;
/** Some details quote what a stranger sent: more than the widest screen shows need not be kept. */
const KEPT_CHARACTERS = 500;

/** The last few messages that a session threw away, for people; the session's state has the counts of all. */
export class LatestDrops {
  #latest: readonly LatestDrop[] = [];
  /** Idempotent. */
  readonly close: () => void;

  constructor(store: Pick<SessionStore, 'onEvent'>) {
    this.close = store.onEvent((event) => {
      if (event.type === 'dropped') this.#add(event);
    });
  }

  /** Newest last, another array after each change; equal neighbours are one. */
  get latest(): readonly LatestDrop[] {
    return this.#latest;
  }

  #add(event: Dropped): void {
    const drop = {
      process: event.process,
      reason: printable(event.reason),
      detail: printable(event.detail.slice(0, KEPT_CHARACTERS)),
    };
    const last = this.#latest.at(-1);
    const repeated =
      last?.process === drop.process && last.reason === drop.reason && last.detail === drop.detail;
    this.#latest = repeated
      ? [...this.#latest.slice(0, -1), { ...last, times: last.times + 1 }]
      : [...this.#latest, { ...drop, times: 1 }].slice(-KEPT_DROPS);
  }
}

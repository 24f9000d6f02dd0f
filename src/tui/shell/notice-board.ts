import type { SessionState } from '../../session/store.ts';
import { type Notice, noticesOf } from './notices.ts';

/** The notices of a session without those that the user has dismissed. */
export class NoticeBoard {
  readonly #dismissed = new Set<string>();

  shown(state: SessionState, now: number): readonly Notice[] {
    const all = noticesOf(state, now);
    // What was mended and comes again is news.
    for (const key of this.#dismissed) if (!all.some((one) => one.key === key)) this.#dismissed.delete(key);
    return all.filter(({ key }) => !this.#dismissed.has(key));
  }

  /** The first one that is shown. False when there is none. */
  dismiss(state: SessionState, now: number): boolean {
    const [first] = this.shown(state, now);
    if (first === undefined) return false;
    this.#dismissed.add(first.key);
    return true;
  }
}

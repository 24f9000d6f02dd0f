import type { SessionState } from '../../session/store.ts';
import { type Notice, noticesOf } from './notices.ts';

/** The notices of a session without those that the user has dismissed. It has to be told how the session goes on. */
export class NoticeBoard {
  readonly #dismissed = new Set<string>();

  shown(state: SessionState, now: number): readonly Notice[] {
    return noticesOf(state, now).filter(({ key }) => !this.#dismissed.has(key));
  }

  /** What is no longer there is forgotten: when it comes again, it is news. */
  update(state: SessionState, now: number): void {
    if (this.#dismissed.size === 0) return;
    const there = new Set(noticesOf(state, now).map(({ key }) => key));
    for (const key of this.#dismissed) if (!there.has(key)) this.#dismissed.delete(key);
  }

  /** The first one that is shown. False when there is none. */
  dismiss(state: SessionState, now: number): boolean {
    const [first] = this.shown(state, now);
    if (first === undefined) return false;
    this.#dismissed.add(first.key);
    return true;
  }
}

import type { SessionEvent } from '../session/event.ts';
import type { SessionState } from '../session/store.ts';

/** Ended invocations that may still be asked for: a last line can come after the end. */
const KEPT_ENDED = 1_000;

/** Which function an invocation is of, for events that tell only its id. Bounded by those that run. */
export class InvocationNames {
  readonly #running = new Map<string, string>();
  readonly #ended = new Map<string, string>();

  /** Of what was there before the first event that it is told. */
  constructor({ invocations }: SessionState) {
    for (const { id, functionName, endedAt } of invocations) {
      if (endedAt === undefined) this.#running.set(id, functionName);
    }
  }

  /** To be told every event, before it is looked at. */
  accept(event: SessionEvent): void {
    if (event.type === 'offered') {
      this.#running.set(event.id, event.functionName);
    } else if (event.type === 'ended' || event.type === 'stopped') {
      const name = this.#running.get(event.id);
      if (name === undefined) return;
      this.#running.delete(event.id);
      this.#ended.set(event.id, name);
      if (this.#ended.size <= KEPT_ENDED) return;
      const [oldest] = this.#ended.keys();
      if (oldest !== undefined) this.#ended.delete(oldest);
    }
  }

  nameOf(id: string): string | undefined {
    return this.#running.get(id) ?? this.#ended.get(id);
  }
}

/** At most `perSecond` of each key, evenly apart: CONNECTs of a client id, retained publishes of a topic. */
export class RateByKey {
  readonly #intervalMs: number;
  readonly #now: () => number;
  /** In order of time, because a key that passes is put at the end. */
  readonly #passed = new Map<string, number>();

  /** `now` in milliseconds, monotonic. */
  constructor(perSecond: number, now: () => number) {
    this.#intervalMs = 1000 / perSecond;
    this.#now = now;
  }

  tryTake(key: string): boolean {
    const now = this.#now();
    this.#forget(now - this.#intervalMs);
    if (this.#passed.has(key)) return false;
    this.#passed.set(key, now);
    return true;
  }

  /** Keys that are remembered: those of the last interval. */
  get size(): number {
    return this.#passed.size;
  }

  #forget(until: number): void {
    for (const [key, at] of this.#passed) {
      if (at > until) return;
      this.#passed.delete(key);
    }
  }
}

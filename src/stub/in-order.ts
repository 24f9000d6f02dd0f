/**
 * Puts the pieces of a stream back into their order: brokers do not promise one. Bounded, because a piece that never
 * comes must not make the rest pile up.
 */
export class InOrder<T> {
  readonly #limit: number;
  readonly #waiting = new Map<number, T>();
  #next = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The pieces that are in turn now; undefined when this one is a duplicate or too far ahead. */
  accept(number: number, piece: T): readonly T[] | undefined {
    if (number < this.#next || number >= this.#next + this.#limit || this.#waiting.has(number))
      return undefined;
    this.#waiting.set(number, piece);
    const ready: T[] = [];
    for (let item = this.#waiting.get(this.#next); item !== undefined; item = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next++);
      ready.push(item);
    }
    return ready;
  }

  /** The number that is in turn. */
  get next(): number {
    return this.#next;
  }

  /** The number that the others wait for, when any wait. */
  get gap(): number | undefined {
    return this.#waiting.size === 0 ? undefined : this.#next;
  }
}

/**
 * Numbers from a 32-bit seed (mulberry32). Everything that the suite chooses comes from here: the same seed makes the
 * same choices in the same order.
 */
export class SeededRandom {
  readonly #seed: number;
  #state: number;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
    this.#state = this.#seed;
  }

  /** 0 ≤ n < 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** `from` to `to`, both included. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  pick<T>(values: readonly T[]): T | undefined {
    return values[Math.floor(this.next() * values.length)];
  }

  /** A stream of its own: what one party draws does not change what another one gets. */
  fork(name: string): SeededRandom {
    // FNV-1a
    let hash = 0x811c9dc5;
    for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193);
    return new SeededRandom(this.#seed ^ hash);
  }
}

/** A seed of `LLX_FAULTS_SEED` (0x…, or decimal), or a new one. */
export function chooseSeed(text: string | undefined, random: () => number = Math.random): number {
  if (text === undefined || text === '') return Math.floor(random() * 2 ** 32);
  const seed = Number(text);
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return seed;
  throw new RangeError(`Expected LLX_FAULTS_SEED to be a number of 32 bits, found "${text}".`);
}

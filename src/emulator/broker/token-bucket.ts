/**
 * A quota per second: as much as one second allows may come at once, then it refills evenly.
 * `perSecond` may be infinite.
 */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #capacity: number;
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  /** `now` in milliseconds, monotonic. */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    // A rate below one a second, of a scaled profile, still lets one pass.
    this.#capacity = Math.max(1, perSecond);
    this.#tokens = this.#capacity;
    this.#now = now;
    this.#at = now();
  }

  /** Takes one when there is one. */
  tryTake(): boolean {
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Takes in advance what is not there yet. */
  take(amount: number): void {
    this.#refill();
    this.#tokens -= amount;
  }

  /** Milliseconds until nothing is taken in advance any more. */
  get debtMs(): number {
    this.#refill();
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens / this.#perSecond) * 1000);
  }

  #refill(): void {
    const now = this.#now();
    const elapsed = now - this.#at;
    this.#at = now;
    // No time times an infinite rate would be no number.
    if (elapsed > 0)
      this.#tokens = Math.min(this.#capacity, this.#tokens + (elapsed * this.#perSecond) / 1000);
  }
}

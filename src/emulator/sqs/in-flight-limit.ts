/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const MOST_IN_FLIGHT = 120_000;

/**
 * How many more messages of a queue may be in flight. Holds end by themselves, so the number it keeps is never less
 * than the true one, and counted anew only where it reaches the limit, as it does at first.
 */
export class InFlightLimit {
  readonly #count: () => number;
  #atMost = MOST_IN_FLIGHT;

  constructor(count: () => number) {
    this.#count = count;
  }

  room(): number {
    if (this.#atMost >= MOST_IN_FLIGHT) this.#atMost = this.#count();
    return Math.max(0, MOST_IN_FLIGHT - this.#atMost);
  }

  add(messages: number): void {
    this.#atMost += messages;
  }

  /** One that was in flight is deleted. */
  removeOne(): void {
    this.#atMost -= 1;
  }
}

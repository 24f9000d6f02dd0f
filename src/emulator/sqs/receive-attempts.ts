/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html: ReceiveRequestAttemptId */
const KEPT_MS = 5 * 60_000;
const MOST_KEPT = 1000;

/** One message as a receive gave it. Its body is not kept a second time: ten of them may weigh ten megabytes. */
export type AttemptedDelivery = {
  readonly sequence: number;
  readonly receiveCount: number;
  readonly receiptHandle: string;
};

/** What receives of a FIFO queue gave, for callers whose connection broke before the answer came. */
export class ReceiveAttempts {
  readonly #attempts = new Map<
    string,
    { readonly deliveries: readonly AttemptedDelivery[]; readonly until: number }
  >();

  find(attemptId: string, now: number): readonly AttemptedDelivery[] | undefined {
    const attempt = this.#attempts.get(attemptId);
    return attempt !== undefined && attempt.until > now ? attempt.deliveries : undefined;
  }

  remember(attemptId: string, received: readonly AttemptedDelivery[], now: number): void {
    const deliveries = received.map(({ sequence, receiveCount, receiptHandle }) => ({
      sequence,
      receiveCount,
      receiptHandle,
    }));
    this.#attempts.delete(attemptId);
    this.#attempts.set(attemptId, { deliveries, until: now + KEPT_MS });
    // Oldest first: those that are over, and more than are kept.
    for (const [known, { until }] of this.#attempts) {
      if (until > now && this.#attempts.size <= MOST_KEPT) break;
      this.#attempts.delete(known);
    }
  }
}

import type { ReceivedMessage } from './message.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html: ReceiveRequestAttemptId */
const KEPT_MS = 5 * 60_000;
const MOST_KEPT = 1000;

/** What receives of a FIFO queue gave, for callers whose connection broke before the answer came. */
export class ReceiveAttempts {
  readonly #attempts = new Map<
    string,
    { readonly received: readonly ReceivedMessage[]; readonly until: number }
  >();

  find(attemptId: string, now: number): readonly ReceivedMessage[] | undefined {
    const attempt = this.#attempts.get(attemptId);
    return attempt !== undefined && attempt.until > now ? attempt.received : undefined;
  }

  remember(attemptId: string, received: readonly ReceivedMessage[], now: number): void {
    this.#attempts.delete(attemptId);
    this.#attempts.set(attemptId, { received, until: now + KEPT_MS });
    // Oldest first: those that are over, and more than are kept.
    for (const [known, { until }] of this.#attempts) {
      if (until > now && this.#attempts.size <= MOST_KEPT) break;
      this.#attempts.delete(known);
    }
  }
}

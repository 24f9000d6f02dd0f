import { createHash } from 'node:crypto';
import { integerOf, textOf } from '../state/rows.ts';
import type { State } from '../state/state.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html */
const INTERVAL_MS = 5 * 60_000;

export type Deduplication = {
  /** The group, where the queue's DeduplicationScope is messageGroup; else empty. */
  readonly scope: string;
  readonly deduplicationId: string;
};

export type KnownMessage = { readonly messageId: string; readonly sequence: number };

/** What FIFO queues were sent in the last five minutes, whether it was received and deleted meanwhile or not. */
export class Deduplications {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  find(queue: number, { scope, deduplicationId }: Deduplication, now: number): KnownMessage | undefined {
    const row = this.#state
      .statement(
        `SELECT message_id, sequence FROM sqs_deduplications
         WHERE queue = ? AND scope = ? AND deduplication_id = ? AND expires_at > ?`,
      )
      .get(queue, scope, deduplicationId, now);
    if (row === undefined) return undefined;
    return { messageId: textOf(row, 'message_id'), sequence: integerOf(row, 'sequence') };
  }

  remember(
    queue: number,
    { scope, deduplicationId }: Deduplication,
    message: KnownMessage,
    now: number,
  ): void {
    this.#state
      .statement('DELETE FROM sqs_deduplications WHERE queue = ? AND expires_at <= ?')
      .run(queue, now);
    this.#state
      .statement('INSERT OR REPLACE INTO sqs_deduplications VALUES (?, ?, ?, ?, ?, ?)')
      .run(queue, scope, deduplicationId, message.messageId, message.sequence, now + INTERVAL_MS);
  }

  removeAll(queue: number): void {
    this.#state.statement('DELETE FROM sqs_deduplications WHERE queue = ?').run(queue);
  }
}

/** ContentBasedDeduplication. */
export function contentId(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

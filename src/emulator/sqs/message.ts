import type { MessageAttributes } from './message-attributes.ts';

/** What somebody sends, checked. */
export type NewMessage = {
  readonly messageId: string;
  readonly body: string;
  readonly details: MessageDetails;
  /** Of a FIFO queue: what keeps its order, and is handled one after another. */
  readonly groupId: string | undefined;
  /** Undefined: the queue's own delay. */
  readonly delayMs?: number | undefined;
};

/** What belongs to a message and never changes. */
export type MessageDetails = {
  readonly senderId: string;
  readonly attributes?: MessageAttributes;
  readonly traceHeader?: string;
  readonly deduplicationId?: string;
  /** Of a standard queue, where it has no effect here: AWS shares the queue out fairly by it. */
  readonly tenantGroupId?: string;
  /** The queue from which a redrive policy moved it. */
  readonly deadLetterSourceArn?: string;
  /** How often it was received before it came there: the dead-letter queue's own redrive policy does not count those. */
  readonly earlierReceives?: number;
};

/** As it is kept. Times are epoch milliseconds. */
export type StoredMessage = {
  readonly sequence: number;
  readonly messageId: string;
  readonly body: string;
  readonly details: MessageDetails;
  readonly groupId: string | undefined;
  readonly sentAt: number;
  /** In the future: delayed, or held by somebody who received it. */
  readonly visibleAt: number;
  readonly receiveCount: number;
  readonly firstReceivedAt: number | undefined;
};

export type ReceivedMessage = StoredMessage & {
  readonly receiptHandle: string;
  readonly firstReceivedAt: number;
};

/** As if it were sent now: nothing tells any more that it was received, or where it has been. */
export function asNew(message: StoredMessage, now: number): Omit<StoredMessage, 'sequence'> {
  const { sequence: _sequence, details, ...others } = message;
  const { deadLetterSourceArn: _source, earlierReceives: _receives, ...kept } = details;
  return {
    ...others,
    messageId: crypto.randomUUID(),
    details: kept,
    sentAt: now,
    visibleAt: now,
    receiveCount: 0,
    firstReceivedAt: undefined,
  };
}

/** Sequence numbers of FIFO queues have 20 digits, and grow. */
const SEQUENCE_BASE = 18_800_000_000_000_000_000n;

export function sequenceNumber(sequence: number): string {
  return String(SEQUENCE_BASE + BigInt(sequence) * 256n);
}

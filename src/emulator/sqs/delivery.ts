import type { AwsError } from '../http/aws-error.ts';
import type { ReceivedMessage, StoredMessage } from './message.ts';
import { expiredHandle, type Receipt, receiptHandle } from './receipt-handle.ts';
import { invalidParameter, sqsError } from './sqs-error.ts';

/** A delivery as a later request names it: the handle, what it says, and the message as it is now. */
export type Delivery = {
  readonly handle: string;
  readonly receipt: Receipt;
  readonly message: StoredMessage;
  readonly now: number;
};

function isStale({ receipt, message }: Delivery): boolean {
  return message.receiveCount !== receipt.receiveCount;
}

/**
 * Whether deleting by this delivery deletes the message. In a standard queue one that was received again meanwhile
 * stays, and no error tells; a FIFO queue refuses as soon as the visibility timeout is over.
 *
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
 *
 * @throws AwsError InvalidParameterValue
 */
export function deletes(delivery: Delivery, fifo: boolean): boolean {
  const { message, now, handle } = delivery;
  if (fifo && (isStale(delivery) || message.visibleAt <= now)) throw expiredHandle(handle);
  return !isStale(delivery);
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html */
const LONGEST_HOLD_MS = 12 * 3_600_000;

/** @throws AwsError InvalidParameterValue or MessageNotInflight */
export function checkVisibilityChange(delivery: Delivery, timeoutMs: number): void {
  const { handle, receipt, message, now } = delivery;
  if (isStale(delivery)) throw unavailable(handle);
  if (message.visibleAt <= now) {
    throw sqsError('MessageNotInflight', `Value ${handle} for parameter ReceiptHandle is not in flight.`);
  }
  if (now + timeoutMs > receipt.receivedAt + LONGEST_HOLD_MS) {
    throw invalidParameter(
      `Value ${timeoutMs / 1000} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [${LONGEST_HOLD_MS / 1000} seconds].`,
    );
  }
}

/** The message is gone, or somebody else's. */
export function unavailable(handle: string): AwsError {
  return invalidParameter(
    `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
  );
}

/** What a receive makes of a message. */
export function deliver(
  message: StoredMessage,
  {
    queue,
    receivedAt,
    visibleAt,
  }: { readonly queue: number; readonly receivedAt: number; readonly visibleAt: number },
): ReceivedMessage {
  const { sequence } = message;
  const receiveCount = message.receiveCount + 1;
  return {
    ...message,
    visibleAt,
    receiveCount,
    firstReceivedAt: message.firstReceivedAt ?? receivedAt,
    receiptHandle: receiptHandle({ queue, sequence, receiveCount, receivedAt }),
  };
}

import type { AwsError } from '../http/aws-error.ts';
import { invalidParameter, sqsError } from './sqs-error.ts';

/** One delivery of a message: it goes stale when the message is received again. */
export type Receipt = {
  readonly queue: number;
  readonly sequence: number;
  readonly receiveCount: number;
  /** Epoch milliseconds: the 12 hours that a message may be held begin here. */
  readonly receivedAt: number;
};

const FORM = /^llx1:(\d{1,15}):(\d{1,15}):(\d{1,15}):(\d{1,15})$/;

export function receiptHandle({ queue, sequence, receiveCount, receivedAt }: Receipt): string {
  return Buffer.from(`llx1:${queue}:${sequence}:${receiveCount}:${receivedAt}`).toString('base64');
}

/** @throws AwsError ReceiptHandleIsInvalid, also for a handle of another queue */
export function parseReceiptHandle(handle: string, queue: number): Receipt {
  const [, ...numbers] = FORM.exec(Buffer.from(handle, 'base64').toString('latin1')) ?? [];
  const [of, sequence, receiveCount, receivedAt] = numbers.map(Number);
  if (of !== queue || sequence === undefined || receiveCount === undefined || receivedAt === undefined) {
    throw sqsError(
      'ReceiptHandleIsInvalid',
      `The input receipt handle "${handle.slice(0, 200)}" is not a valid receipt handle.`,
    );
  }
  return { queue, sequence, receiveCount, receivedAt };
}

/** What FIFO queues say to a handle whose delivery has ended. */
export function expiredHandle(handle: string): AwsError {
  return invalidParameter(
    `Value ${handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
  );
}

import { type ReceivedMessage, sequenceNumber } from './message.ts';
import { sqsError } from './sqs-error.ts';

/**
 * The attributes that SQS itself gives a message, in the order in which an event has them.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Message.html
 */
export function systemAttributes(message: ReceivedMessage): Readonly<Record<string, string>> {
  const { senderId, traceHeader, deduplicationId, tenantGroupId, deadLetterSourceArn } = message.details;
  const groupId = message.groupId ?? tenantGroupId;
  const all = {
    ApproximateReceiveCount: String(message.receiveCount),
    AWSTraceHeader: traceHeader,
    SentTimestamp: String(message.sentAt),
    SequenceNumber: message.groupId === undefined ? undefined : sequenceNumber(message.sequence),
    MessageGroupId: groupId,
    SenderId: senderId,
    MessageDeduplicationId: deduplicationId,
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    DeadLetterQueueSourceArn: deadLetterSourceArn,
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

const NAMES: ReadonlySet<string> = new Set([
  'All',
  'ApproximateFirstReceiveTimestamp',
  'ApproximateReceiveCount',
  'AWSTraceHeader',
  'DeadLetterQueueSourceArn',
  'MessageDeduplicationId',
  'MessageGroupId',
  'SenderId',
  'SentTimestamp',
  'SequenceNumber',
]);

/** @throws AwsError InvalidAttributeName */
export function checkSystemAttributeNames(names: readonly string[]): void {
  const unknown = names.find((name) => !NAMES.has(name));
  if (unknown !== undefined) throw sqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
}

export function selectSystemAttributes(
  message: ReceivedMessage,
  names: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (names.length === 0) return undefined;
  const all = systemAttributes(message);
  if (names.includes('All')) return all;
  const selected = Object.entries(all).filter(([name]) => names.includes(name));
  return selected.length === 0 ? undefined : Object.fromEntries(selected);
}

import { createHash } from 'node:crypto';
import type { ReceivedMessage } from '../sqs/message.ts';
import { attributesDigest, type MessageAttributes } from '../sqs/message-attributes.ts';
import { systemAttributes } from '../sqs/message-system-attributes.ts';

/** A message as a function gets it: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event */
export type SqsRecord = {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, unknown>>;
  readonly md5OfMessageAttributes?: string | null;
  readonly md5OfBody: string;
  readonly eventSource: 'aws:sqs';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
};

export function sqsRecord(
  message: ReceivedMessage,
  source: {
    readonly arn: string;
    readonly region: string;
    /** With a batching window AWS says `null` where there are no attributes, without one it says nothing. */
    readonly hasWindow: boolean;
  },
): SqsRecord {
  const { attributes } = message.details;
  const digest = attributes === undefined ? null : attributesDigest(attributes);
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: systemAttributes(message),
    messageAttributes: recordAttributes(attributes ?? {}),
    ...(digest === null && !source.hasWindow ? {} : { md5OfMessageAttributes: digest }),
    md5OfBody: createHash('md5').update(message.body).digest('hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: source.arn,
    awsRegion: source.region,
  };
}

function recordAttributes(attributes: MessageAttributes): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { StringValue, BinaryValue, DataType }]) => [
      name,
      {
        ...(StringValue === undefined ? {} : { stringValue: StringValue }),
        ...(BinaryValue === undefined ? {} : { binaryValue: BinaryValue }),
        stringListValues: [],
        binaryListValues: [],
        dataType: DataType,
      },
    ]),
  );
}

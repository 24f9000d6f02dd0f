import { createHash } from 'node:crypto';
import type { CallEvent } from '../call-event.ts';
import type { ApiOperation, OperationCall } from '../http/api-operation.ts';
import type { Principal } from '../identity/principal.ts';
import { type NewMessage, sequenceNumber } from './message.ts';
import {
  attributesBytes,
  attributesDigest,
  parseMessageAttributes,
  parseTraceHeader,
  traceHeaderDigest,
} from './message-attributes.ts';
import type { SentMessage } from './queue.ts';
import type { QueueSettings } from './queue-attributes.ts';
import { onQueue, type SqsDependencies } from './queue-call.ts';
import { batchAnswer, batchEntries, batchFailure, checkEach } from './sqs-batch.ts';
import { invalidParameter, missingParameter, sqsError } from './sqs-error.ts';
import { type Input, optionalInteger, optionalText, requiredText } from './sqs-input.ts';

export function sendOperations(dependencies: SqsDependencies): readonly ApiOperation[] {
  const { onCall } = dependencies;
  return [
    onQueue(dependencies, 'SendMessage', ({ queue, name }, call) => {
      const message = newMessage(call.input, queue.settings, call.principal);
      checkSize(messageBytes(message), queue.settings);
      const [sent] = queue.send([message]);
      if (onCall !== undefined) onCall(sentCall(name, message, call));
      return sent && sendAnswer(message, sent);
    }),
    onQueue(
      dependencies,
      'SendMessageBatch',
      ({ queue, name }, call) => {
        const entries = batchEntries(call.input, 'SendMessageBatch');
        const checked = checkEach(entries, (entry) => newMessage(entry, queue.settings, call.principal));
        const messages = checked.flatMap((entry) => ('value' in entry ? [entry.value] : []));
        checkBatchSize(messages);
        const sent = queue.send(messages).values();
        if (onCall !== undefined) for (const message of messages) onCall(sentCall(name, message, call));
        return batchAnswer(
          checked.map((entry) => {
            if ('error' in entry) return batchFailure(entry.id, entry.error);
            const { value } = sent.next();
            return { Id: entry.id, ...(value && sendAnswer(entry.value, value)) };
          }),
        );
      },
      'SendMessage',
    ),
  ];
}

// XML's characters: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
const FOREIGN_CHARACTER = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const IDENTIFIER = /^[a-zA-Z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;
const LONGEST_DELAY_SECONDS = 900;
const WRONG_QUEUE_TYPE = 'The request include parameter that is not valid for this queue type';

/** @throws AwsError MissingParameter, InvalidParameterValue or InvalidMessageContents */
function newMessage(
  input: Input,
  { fifo, contentBasedDeduplication }: QueueSettings,
  sender: Principal,
): NewMessage {
  const body = requiredText(input, 'MessageBody');
  if (FOREIGN_CHARACTER.test(body)) {
    throw sqsError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  }
  const groupId = identifier(input, 'MessageGroupId');
  const deduplicationId = identifier(input, 'MessageDeduplicationId');
  const delaySeconds = optionalInteger(input, 'DelaySeconds', 0, LONGEST_DELAY_SECONDS);
  if (fifo) {
    if (groupId === undefined) throw missingParameter('MessageGroupId');
    if (deduplicationId === undefined && !contentBasedDeduplication) {
      throw invalidParameter(
        'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
      );
    }
    if (delaySeconds) throw wrongQueueType('DelaySeconds', delaySeconds);
  } else if (deduplicationId !== undefined) {
    throw wrongQueueType('MessageDeduplicationId', deduplicationId);
  }
  const attributes = parseMessageAttributes(input.MessageAttributes);
  const traceHeader = parseTraceHeader(input.MessageSystemAttributes);
  return {
    messageId: crypto.randomUUID(),
    body,
    groupId: fifo ? groupId : undefined,
    delayMs: fifo || delaySeconds === undefined ? undefined : delaySeconds * 1000,
    details: {
      senderId: sender.userId,
      ...(attributes === undefined ? {} : { attributes }),
      ...(traceHeader === undefined ? {} : { traceHeader }),
      ...(deduplicationId === undefined ? {} : { deduplicationId }),
      ...(fifo || groupId === undefined ? {} : { tenantGroupId: groupId }),
    },
  };
}

function identifier(input: Input, name: string): string | undefined {
  const value = optionalText(input, name);
  if (value === undefined || IDENTIFIER.test(value)) return value;
  throw invalidParameter(
    `Value ${value.slice(0, 200)} for parameter ${name} is invalid. Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}

function wrongQueueType(name: string, value: string | number): Error {
  return invalidParameter(`Value ${value} for parameter ${name} is invalid. Reason: ${WRONG_QUEUE_TYPE}.`);
}

function messageBytes({ body, details }: NewMessage): number {
  return Buffer.byteLength(body) + attributesBytes(details.attributes);
}

function checkSize(bytes: number, { maximumMessageBytes }: QueueSettings): void {
  if (bytes <= maximumMessageBytes) return;
  throw invalidParameter(
    `One or more parameters are invalid. Reason: Message must be shorter than ${maximumMessageBytes} bytes.`,
  );
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const BATCH_BYTES = 1_048_576;

function checkBatchSize(messages: readonly NewMessage[]): void {
  const bytes = messages.reduce((sum, message) => sum + messageBytes(message), 0);
  if (bytes <= BATCH_BYTES) return;
  throw sqsError(
    'BatchRequestTooLong',
    `Batch requests cannot be longer than ${BATCH_BYTES} bytes. You have sent ${bytes} bytes.`,
  );
}

function sentCall(
  queue: string,
  { body, details }: NewMessage,
  { principal, headers }: OperationCall,
): CallEvent {
  const traceId = headers['x-amzn-trace-id'];
  const attributes = Object.entries(details.attributes ?? {}).map(([name, value]) => [
    name,
    value.StringValue ?? value.BinaryValue ?? '',
  ]);
  return {
    type: 'sendMessage',
    queue,
    body,
    attributes: Object.fromEntries(attributes),
    caller: principal,
    ...(typeof traceId === 'string' ? { traceId } : {}),
  };
}

function sendAnswer({ body, groupId, details }: NewMessage, sent: SentMessage): Record<string, string> {
  const { attributes, traceHeader } = details;
  return {
    MessageId: sent.messageId,
    MD5OfMessageBody: createHash('md5').update(body).digest('hex'),
    ...(attributes === undefined ? {} : { MD5OfMessageAttributes: attributesDigest(attributes) }),
    ...(traceHeader === undefined ? {} : { MD5OfMessageSystemAttributes: traceHeaderDigest(traceHeader) }),
    ...(groupId === undefined ? {} : { SequenceNumber: sequenceNumber(sent.sequence) }),
  };
}

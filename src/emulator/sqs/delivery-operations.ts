import { createHash } from 'node:crypto';
import type { ApiOperation } from '../http/api-operation.ts';
import type { AwsError } from '../http/aws-error.ts';
import type { ReceivedMessage } from './message.ts';
import { attributesDigest, selectAttributes } from './message-attributes.ts';
import { checkSystemAttributeNames, selectSystemAttributes } from './message-system-attributes.ts';
import { onQueue, type SqsDependencies } from './queue-call.ts';
import { batchAnswer, batchEntries, batchFailure, type Checked, checkEach } from './sqs-batch.ts';
import {
  type Input,
  optionalInteger,
  optionalText,
  requiredInteger,
  requiredText,
  texts,
} from './sqs-input.ts';

const MOST_MESSAGES = 10;
const LONGEST_WAIT_SECONDS = 20;
const LONGEST_VISIBILITY_SECONDS = 43_200;

/** Receiving messages, and what can be done with one that was received. */
export function deliveryOperations(dependencies: SqsDependencies): readonly ApiOperation[] {
  return [
    onQueue(dependencies, 'ReceiveMessage', async ({ queue }, { input, signal }) => {
      const visibility = optionalInteger(input, 'VisibilityTimeout', 0, LONGEST_VISIBILITY_SECONDS);
      const wait = optionalInteger(input, 'WaitTimeSeconds', 0, LONGEST_WAIT_SECONDS);
      const selection = selectionOf(input);
      const messages = await queue.receiveOrWait(
        {
          most: optionalInteger(input, 'MaxNumberOfMessages', 1, MOST_MESSAGES) ?? 1,
          visibilityTimeoutMs: visibility === undefined ? undefined : visibility * 1000,
          attemptId: queue.settings.fifo ? optionalText(input, 'ReceiveRequestAttemptId') : undefined,
        },
        { waitMs: wait === undefined ? queue.settings.waitMs : wait * 1000, signal },
      );
      return messages.length === 0
        ? {}
        : { Messages: messages.map((message) => messageAnswer(message, selection)) };
    }),
    onQueue(dependencies, 'DeleteMessage', ({ queue }, { input }) => {
      throwFirst(queue.remove([requiredText(input, 'ReceiptHandle')]));
      return undefined;
    }),
    onQueue(
      dependencies,
      'DeleteMessageBatch',
      ({ queue }, { input }) =>
        deliveryBatch(
          input,
          'DeleteMessageBatch',
          (entry) => requiredText(entry, 'ReceiptHandle'),
          (handles) => queue.remove(handles),
        ),
      'DeleteMessage',
    ),
    onQueue(dependencies, 'ChangeMessageVisibility', ({ queue }, { input }) => {
      throwFirst(queue.changeVisibility([visibilityChange(input)]));
      return undefined;
    }),
    onQueue(
      dependencies,
      'ChangeMessageVisibilityBatch',
      ({ queue }, { input }) =>
        deliveryBatch(input, 'ChangeMessageVisibilityBatch', visibilityChange, (changes) =>
          queue.changeVisibility(changes),
        ),
      'ChangeMessageVisibility',
    ),
  ];
}

type Selection = { readonly system: readonly string[]; readonly attributes: readonly string[] };

function selectionOf(input: Input): Selection {
  // AttributeNames is the older name.
  const system = [...texts(input, 'AttributeNames'), ...texts(input, 'MessageSystemAttributeNames')];
  checkSystemAttributeNames(system);
  return { system, attributes: texts(input, 'MessageAttributeNames') };
}

function messageAnswer(message: ReceivedMessage, selection: Selection): Readonly<Record<string, unknown>> {
  const system = selectSystemAttributes(message, selection.system);
  const attributes = selectAttributes(message.details.attributes, selection.attributes);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: createHash('md5').update(message.body).digest('hex'),
    Body: message.body,
    ...(system === undefined ? {} : { Attributes: system }),
    ...(attributes === undefined
      ? {}
      : { MessageAttributes: attributes, MD5OfMessageAttributes: attributesDigest(attributes) }),
  };
}

function visibilityChange(input: Input): { handle: string; timeoutMs: number } {
  const handle = requiredText(input, 'ReceiptHandle');
  const seconds = requiredInteger(input, 'VisibilityTimeout', 0, LONGEST_VISIBILITY_SECONDS);
  return { handle, timeoutMs: seconds * 1000 };
}

function throwFirst([problem]: readonly (AwsError | undefined)[]): void {
  if (problem !== undefined) throw problem;
}

/** Carries out what is good of a batch at once, and gives the answer for all of it. */
function deliveryBatch<T>(
  input: Input,
  operation: string,
  check: (entry: Input) => T,
  change: (values: readonly T[]) => readonly (AwsError | undefined)[],
): Readonly<Record<string, unknown>> {
  const checked: readonly Checked<T>[] = checkEach(batchEntries(input, operation), check);
  const problems = change(checked.flatMap((entry) => ('value' in entry ? [entry.value] : []))).values();
  return batchAnswer(
    checked.map((entry) => {
      const problem = 'error' in entry ? entry.error : problems.next().value;
      return problem === undefined ? { Id: entry.id } : batchFailure(entry.id, problem);
    }),
  );
}

import type { ApiOperation } from '../http/api-operation.ts';
import { pageToken, positionOfToken } from '../page-token.ts';
import { checkAttributeNames, type QueueAttributes, withDefaults } from './queue-attributes.ts';
import { onQueue, queueUrl, type SqsDependencies } from './queue-call.ts';
import { queueArn } from './queue-name.ts';
import type { QueueEntry } from './queues.ts';
import { invalidParameter } from './sqs-error.ts';
import { type Input, optionalInteger, optionalText, requiredText, textMap, texts } from './sqs-input.ts';

const MOST_RESULTS = 1000;

/** Queues themselves, rather than what is in them. */
export function queueOperations(dependencies: SqsDependencies): readonly ApiOperation[] {
  const { queues } = dependencies;
  const urls = (names: readonly string[]): string[] => names.map((name) => queueUrl(dependencies, name));
  return [
    {
      name: 'CreateQueue',
      support: 'supported',
      note: 'a name may be used again at once after its queue was deleted; settings of encryption have no effect',
      handle({ input, authorize }) {
        const name = requiredText(input, 'QueueName');
        authorize('sqs:CreateQueue', queueArn(queues.scope, name));
        queues.create(name, textMap(input, 'Attributes'), textMap(input, 'tags'));
        return { output: { QueueUrl: queueUrl(dependencies, name) } };
      },
    },
    {
      name: 'GetQueueUrl',
      support: 'supported',
      handle({ input, authorize }) {
        const name = requiredText(input, 'QueueName');
        authorize('sqs:GetQueueUrl', queueArn(queues.scope, name));
        return { output: { QueueUrl: queueUrl(dependencies, queues.get(name).name) } };
      },
    },
    {
      name: 'ListQueues',
      support: 'supported',
      handle({ input, authorize }) {
        authorize('sqs:ListQueues', queueArn(queues.scope, '*'));
        const prefix = optionalText(input, 'QueueNamePrefix') ?? '';
        const { items, next } = page(
          queues.names().filter((name) => name.startsWith(prefix)),
          input,
        );
        return { output: { ...(items.length === 0 ? {} : { QueueUrls: urls(items) }), ...next } };
      },
    },
    onQueue(dependencies, 'DeleteQueue', ({ name }) => {
      queues.remove(name);
      return undefined;
    }),
    {
      ...onQueue(dependencies, 'PurgeQueue', ({ queue }) => {
        queue.purge();
        return undefined;
      }),
      note: 'at once, and as often as you like: AWS takes a minute for it, and refuses another one meanwhile',
    },
    onQueue(dependencies, 'GetQueueAttributes', (entry, { input }) => {
      const names = texts(input, 'AttributeNames');
      checkAttributeNames(names);
      if (names.length === 0) return {};
      const all = Object.entries(allAttributes(entry));
      const selected = all.filter(([name]) => names.includes('All') || names.includes(name));
      return { Attributes: Object.fromEntries(selected) };
    }),
    onQueue(dependencies, 'SetQueueAttributes', ({ name }, { input }) => {
      queues.setAttributes(name, textMap(input, 'Attributes'));
      return undefined;
    }),
    onQueue(dependencies, 'ListDeadLetterSourceQueues', ({ queue }, { input }) => {
      const { items, next } = page(queues.deadLetterSources(queue.arn), input);
      return { queueUrls: urls(items), ...next };
    }),
  ];
}

function allAttributes({ queue, attributes, createdAt, modifiedAt }: QueueEntry): QueueAttributes {
  const counts = queue.counts();
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.held),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    CreatedTimestamp: String(Math.floor(createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(modifiedAt / 1000)),
    ...withDefaults(attributes),
  };
}

/** Of names in their order: the token is the last one given. */
function page(
  names: readonly string[],
  input: Input,
): { readonly items: readonly string[]; readonly next: { readonly NextToken?: string } } {
  const most = optionalInteger(input, 'MaxResults', 1, MOST_RESULTS);
  const token = optionalText(input, 'NextToken');
  const after = token === undefined ? '' : positionOfToken(token);
  if (typeof after !== 'string') {
    throw invalidParameter(`Value ${token?.slice(0, 200)} for parameter NextToken is invalid.`);
  }
  const rest = names.filter((name) => name > after);
  const items = rest.slice(0, most ?? MOST_RESULTS);
  const last = items.at(-1);
  // Without MaxResults there are no pages: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html
  const isLast = most === undefined || last === undefined || items.length === rest.length;
  return { items, next: isLast ? {} : { NextToken: pageToken(last) } };
}

import type { CallListener } from '../call-event.ts';
import type { ApiOperation, OperationAnswer, OperationCall } from '../http/api-operation.ts';
import { parseQueueUrl, queueArn } from './queue-name.ts';
import type { QueueEntry, Queues } from './queues.ts';
import { queueDoesNotExist } from './sqs-error.ts';
import { requiredText } from './sqs-input.ts';

export type SqsDependencies = {
  readonly queues: Queues;
  /** Hears of each message that a client sends. */
  readonly onCall?: CallListener | undefined;
  /** `http://127.0.0.1:4566`: queue URLs begin with it. Asked when needed: the port opens later. */
  readonly endpoint: () => string;
};

type Answer = OperationAnswer['output'];

/** An operation on the queue that `QueueUrl` names. `action` is what policies know it by, where it has no own. */
export function onQueue(
  { queues }: SqsDependencies,
  name: string,
  handle: (entry: QueueEntry, call: OperationCall) => Answer | Promise<Answer>,
  action: string = name,
): ApiOperation {
  return {
    name,
    support: 'supported',
    async handle(call) {
      const { account, name: queueName } = parseQueueUrl(requiredText(call.input, 'QueueUrl'));
      call.authorize(`sqs:${action}`, queueArn({ ...queues.scope, account }, queueName));
      if (account !== queues.scope.account) throw queueDoesNotExist();
      const output = await handle(queues.get(queueName), call);
      return output === undefined ? {} : { output };
    },
  };
}

export function queueUrl({ queues, endpoint }: SqsDependencies, name: string): string {
  return `${endpoint()}/${queues.scope.account}/${name}`;
}

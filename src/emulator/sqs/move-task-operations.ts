import type { ApiOperation } from '../http/api-operation.ts';
import type { MoveTask, MoveTasks } from './move-tasks.ts';
import { type Input, optionalInteger, optionalText, requiredText } from './sqs-input.ts';

const HIGHEST_RATE = 500;
const MOST_RESULTS = 10;

export function moveTaskOperations(tasks: MoveTasks): readonly ApiOperation[] {
  return [
    {
      name: 'StartMessageMoveTask',
      support: 'supported',
      handle({ input, authorize }) {
        const source = requiredText(input, 'SourceArn');
        authorize('sqs:StartMessageMoveTask', source);
        const { handle } = tasks.start({
          source,
          destination: optionalText(input, 'DestinationArn'),
          rate: optionalInteger(input, 'MaxNumberOfMessagesPerSecond', 1, HIGHEST_RATE),
        });
        return { output: { TaskHandle: handle } };
      },
    },
    {
      name: 'ListMessageMoveTasks',
      support: 'supported',
      handle({ input, authorize }) {
        const source = requiredText(input, 'SourceArn');
        authorize('sqs:ListMessageMoveTasks', source);
        return { output: { Results: tasks.list(source, mostOf(input)).map(answer) } };
      },
    },
    {
      name: 'CancelMessageMoveTask',
      support: 'supported',
      handle({ input, authorize }) {
        const handle = requiredText(input, 'TaskHandle');
        authorize('sqs:CancelMessageMoveTask', tasks.get(handle).source);
        return { output: { ApproximateNumberOfMessagesMoved: tasks.cancel(handle).moved } };
      },
    },
  ];
}

function mostOf(input: Input): number {
  return optionalInteger(input, 'MaxResults', 1, MOST_RESULTS) ?? 1;
}

function answer(task: MoveTask): Readonly<Record<string, unknown>> {
  return {
    // What has ended cannot be cancelled.
    ...(task.status === 'RUNNING' ? { TaskHandle: task.handle } : {}),
    Status: task.status,
    SourceArn: task.source,
    ...(task.destination === undefined ? {} : { DestinationArn: task.destination }),
    ...(task.rate === undefined ? {} : { MaxNumberOfMessagesPerSecond: task.rate }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    ...(task.failure === undefined ? {} : { FailureReason: task.failure }),
    StartedTimestamp: task.startedAt,
  };
}

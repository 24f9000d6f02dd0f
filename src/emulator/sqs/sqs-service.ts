import type { ApiService } from '../http/api-operation.ts';
import { deliveryOperations } from './delivery-operations.ts';
import { moveTaskOperations } from './move-task-operations.ts';
import type { MoveTasks } from './move-tasks.ts';
import type { SqsDependencies } from './queue-call.ts';
import { queueOperations } from './queue-operations.ts';
import { queueTagOperations } from './queue-tag-operations.ts';
import { sendOperations } from './send-operations.ts';

/**
 * Amazon SQS over its JSON protocol, which all AWS SDKs speak since 2023.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
 */
export function sqsService(dependencies: SqsDependencies & { readonly moveTasks: MoveTasks }): ApiService {
  return {
    name: 'sqs',
    title: 'Amazon SQS',
    target: 'AmazonSQS',
    jsonVersion: '1.0',
    operations: [
      ...queueOperations(dependencies),
      ...sendOperations(dependencies),
      ...deliveryOperations(dependencies),
      ...queueTagOperations(dependencies),
      ...moveTaskOperations(dependencies.moveTasks),
    ],
  };
}

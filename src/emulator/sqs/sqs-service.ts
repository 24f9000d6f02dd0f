import type { ApiService } from '../http/api-operation.ts';
import type { Queues } from './queues.ts';

export type SqsDependencies = {
  readonly queues: Queues;
  /** `http://127.0.0.1:4566`: queue URLs begin with it. Asked when needed: the port opens later. */
  readonly endpoint: () => string;
};

/** Amazon SQS over its JSON protocol. */
export function sqsService(_dependencies: SqsDependencies): ApiService {
  return { name: 'sqs', title: 'Amazon SQS', target: 'AmazonSQS', jsonVersion: '1.0', operations: [] };
}

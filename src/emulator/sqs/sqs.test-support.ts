import { callerOf, TestClock, temporaryState } from '../service.test-support.ts';
import type { NewMessage } from './message.ts';
import { MoveTasks } from './move-tasks.ts';
import type { Queue } from './queue.ts';
import type { QueueAttributes } from './queue-attributes.ts';
import { Queues } from './queues.ts';
import { sqsService } from './sqs-service.ts';

export const SCOPE = { account: '000000000000', region: 'us-east-1' } as const;
export const ENDPOINT = 'http://127.0.0.1:4566';

/** Queues over a state in memory, at a time that tests move. */
export function openQueues() {
  const state = temporaryState();
  const clock = new TestClock(Date.UTC(2026, 10, 21));
  const queues = new Queues({ state, scope: SCOPE, clock });
  const moveTasks = new MoveTasks({ state, queues, clock });
  const service = sqsService({ queues, moveTasks, endpoint: () => ENDPOINT });
  return {
    state,
    clock,
    queues,
    moveTasks,
    ...callerOf(service),
    create: (name: string, attributes: QueueAttributes = {}): Queue =>
      queues.create(name, attributes, {}).queue,
    async close(): Promise<void> {
      moveTasks.close();
      queues.close();
      await state.remove();
    },
  };
}

export type OpenQueues = ReturnType<typeof openQueues>;

export function urlOf(name: string): string {
  return `${ENDPOINT}/${SCOPE.account}/${name}`;
}

export function arnOf(name: string): string {
  return `arn:aws:sqs:${SCOPE.region}:${SCOPE.account}:${name}`;
}

export function message(body: string, groupId?: string): NewMessage {
  return { messageId: crypto.randomUUID(), body, groupId, details: { senderId: SCOPE.account } };
}

export function bodies(messages: readonly { readonly body: string }[]): readonly string[] {
  return messages.map(({ body }) => body);
}

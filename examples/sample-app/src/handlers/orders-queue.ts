import type { SQSBatchItemFailure, SQSHandler } from 'aws-lambda';
import { parseOrder, totalOf } from '../shared/order.ts';

/** Takes orders from the queue. A message that is none is reported by its id: SQS delivers that one again, no other. */
export const handler: SQSHandler = async ({ Records }) => {
  const batchItemFailures: SQSBatchItemFailure[] = [];
  for (const { messageId, body } of Records) {
    try {
      const order = parseOrder(body);
      console.log(`order ${order.id}: ${totalOf(order).toFixed(2)} ${order.currency}`);
    } catch (error) {
      console.error(`message ${messageId} is not an order`, error);
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
};

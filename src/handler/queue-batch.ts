import type { QueueRecord } from './request.ts';
import { FAIL, type HandlerResult } from './result.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting */
export type BatchAnswer = {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
};

/**
 * Handles the messages of a batch at once; those of one group of a FIFO queue one after the other, and after a failure none
 * of that group: they come again behind it, in order.
 *
 * @param handleRecord never rejects
 */
export async function handleBatch(
  records: readonly QueueRecord[],
  handleRecord: (record: QueueRecord) => Promise<HandlerResult>,
): Promise<BatchAnswer> {
  const groups = new Map<unknown, QueueRecord[]>();
  for (const record of records) {
    // Without a group every message is one of its own.
    const group = record.group ?? record;
    groups.set(group, [...(groups.get(group) ?? []), record]);
  }
  const failed = new Set<QueueRecord>();
  await Promise.all(
    [...groups.values()].map(async (group) => {
      for (const [index, record] of group.entries()) {
        const result = await handleRecord(record);
        if (result.status !== FAIL || result.failure.retry === false) continue;
        for (const each of group.slice(index)) failed.add(each);
        return;
      }
    }),
  );
  return {
    batchItemFailures: records
      .filter((record) => failed.has(record))
      .map(({ messageId }) => ({ itemIdentifier: messageId })),
  };
}

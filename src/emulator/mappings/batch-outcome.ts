import type { InvocationResult } from '../../runtime/invocation.ts';

/**
 * Which messages of a batch are done, and so deleted; the others come back when their visibility timeout is over.
 *
 * With ReportBatchItemFailures an answer without items is a success of all, and one that cannot be understood a
 * failure of all: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function doneMessages(
  result: InvocationResult,
  messageIds: readonly string[],
  reportsFailures: boolean,
): readonly string[] {
  if (result.status === 'failed') return [];
  if (!reportsFailures) return messageIds;
  const failed = failedItems(result.payload);
  if (failed === undefined) return [];
  const [sent, left] = [new Set(messageIds), new Set(failed)];
  return failed.every((id) => sent.has(id)) ? messageIds.filter((id) => !left.has(id)) : [];
}

/** Undefined: the answer cannot be understood. */
function failedItems(payload: Uint8Array): readonly string[] | undefined {
  let answer: unknown;
  try {
    const text = new TextDecoder().decode(payload);
    answer = text === '' ? null : JSON.parse(text);
  } catch {
    // A streamed answer is any text.
    return undefined;
  }
  if (answer === null || answer === '') return [];
  if (typeof answer !== 'object' || Array.isArray(answer)) return undefined;
  const items: unknown = 'batchItemFailures' in answer ? answer.batchItemFailures : null;
  if (items === null) return [];
  if (!Array.isArray(items)) return undefined;
  const ids = items.map((item: unknown) =>
    typeof item === 'object' && item !== null && 'itemIdentifier' in item ? item.itemIdentifier : undefined,
  );
  return ids.every((id) => typeof id === 'string') ? ids : undefined;
}

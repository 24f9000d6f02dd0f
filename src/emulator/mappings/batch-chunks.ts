import { LAMBDA } from '../../protocol/limits.ts';

const WRAPPING = Buffer.byteLength('{"Records":[]}');

/**
 * Records of a batch, each as JSON, in as few events as hold them: an event has 6 MB at most. One record alone always
 * fits, as a message has 1 MiB.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export function batchChunks<T extends { readonly json: string }>(
  records: readonly T[],
  limitBytes: number = LAMBDA.requestBytes,
): readonly (readonly T[])[] {
  const chunks: T[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const size = Buffer.byteLength(record.json) + 1;
    if (bytes + size > limitBytes) {
      chunks.push([]);
      bytes = WRAPPING;
    }
    chunks.at(-1)?.push(record);
    bytes += size;
  }
  return chunks;
}

export function batchEvent(chunk: readonly { readonly json: string }[]): Uint8Array {
  return Buffer.from(`{"Records":[${chunk.map(({ json }) => json).join(',')}]}`);
}

import { gunzipSync } from 'node:zlib';
import { AwsError } from './aws-error.ts';

/** What a small body may not become more than. */
const INFLATED_BYTES = 16 * 1024 * 1024;

/**
 * A body as it was before its sender compressed it, as SDKs do from 10 KB on where an operation allows it
 * (PutMetricData): https://smithy.io/2.0/spec/behavior-traits.html#requestcompression-trait
 *
 * @throws AwsError 400, 413
 */
export function plainBody(body: Uint8Array, encoding: string | undefined): Uint8Array {
  if (encoding?.trim().toLowerCase() !== 'gzip') return body;
  try {
    return gunzipSync(body, { maxOutputLength: INFLATED_BYTES });
  } catch (cause) {
    const isTooLarge =
      cause instanceof RangeError && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
    if (isTooLarge) {
      const message = `The request is larger than ${INFLATED_BYTES} bytes when it is inflated.`;
      throw new AwsError(413, 'RequestEntityTooLargeException', { message }, {}, { cause });
    }
    throw new AwsError(
      400,
      'SerializationException',
      { message: 'The body is no gzip data.' },
      {},
      { cause },
    );
  }
}

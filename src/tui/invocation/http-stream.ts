import { isObject } from '../../fixtures/event-fields.ts';

/** A streamed answer that says its HTTP status and headers itself. */
export type HttpStream = {
  readonly prelude: Readonly<Record<string, unknown>>;
  readonly body: Uint8Array;
};

/** Between the two, as Lambda's runtime writes it: https://github.com/aws/aws-lambda-nodejs-runtime-interface-client */
const DELIMITER = Buffer.alloc(8);
/** Status and headers are no larger. */
const MOST_BYTES = 16 * 1024;

const read = new WeakMap<Uint8Array, HttpStream | undefined>();

/** What `awslambda.HttpResponseStream` makes: a JSON prelude, eight zero bytes, the body. Undefined: any other answer. */
export function httpStream(answer: Uint8Array): HttpStream | undefined {
  // The same body for the same answer: what is made of it is remembered by it.
  if (!read.has(answer)) read.set(answer, readStream(answer));
  return read.get(answer);
}

function readStream(answer: Uint8Array): HttpStream | undefined {
  const head = Buffer.from(answer.buffer, answer.byteOffset, Math.min(answer.byteLength, MOST_BYTES));
  const end = head.indexOf(DELIMITER);
  if (end < 0) return undefined;
  try {
    const prelude: unknown = JSON.parse(head.toString('utf8', 0, end));
    return isObject(prelude) ? { prelude, body: answer.subarray(end + DELIMITER.length) } : undefined;
  } catch {
    // Zero bytes of something else.
    return undefined;
  }
}

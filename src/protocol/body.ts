import { asBuffer } from './bytes.ts';
import { json } from './fields.ts';
import { LAMBDA, MESSAGE_BYTES } from './limits.ts';
import type { InvocationId, Kind, Message } from './message.ts';
import { META_FIELDS } from './meta.ts';

const LENGTH_BYTES = 4;

/** What a message may hold beside a payload of the largest size. */
export const META_BYTES: number = MESSAGE_BYTES - LAMBDA.responseBytes - LENGTH_BYTES;

/** The sender's own bound: what the receiver would refuse is not sent. `Llx.PayloadTooLarge` is made of it. */
export class MessageTooLargeError extends Error {
  override readonly name = 'MessageTooLargeError';
  readonly bytes: number;

  constructor(what: string, bytes: number, limit: number) {
    super(`Expected ${what} of at most ${limit} bytes, got ${bytes}`);
    this.bytes = bytes;
  }
}

/**
 * Length of the meta (u32), meta as JSON, payload byte for byte: whatever the handler or the caller wrote, valid
 * UTF-8 or not, arrives as it was.
 * @throws MessageTooLargeError
 */
export function encodeBody(message: Message): Buffer {
  const meta = Buffer.from(JSON.stringify(message.meta));
  if (meta.byteLength > META_BYTES) {
    throw new MessageTooLargeError(`the meta of ${message.kind}`, meta.byteLength, META_BYTES);
  }
  const bytes = LENGTH_BYTES + meta.byteLength + message.payload.byteLength;
  if (bytes > MESSAGE_BYTES) throw new MessageTooLargeError(message.kind, bytes, MESSAGE_BYTES);
  const body = Buffer.allocUnsafe(bytes);
  body.writeUInt32BE(meta.byteLength, 0);
  body.set(meta, LENGTH_BYTES);
  body.set(message.payload, LENGTH_BYTES + meta.byteLength);
  return body;
}

/** The payload is a view into the body. Undefined when the body is not one of that kind. */
export function decodeBody(kind: Kind, id: InvocationId, body: Uint8Array): Message | undefined {
  const buffer = asBuffer(body);
  if (buffer.byteLength < LENGTH_BYTES) return undefined;
  const metaEnd = LENGTH_BYTES + buffer.readUInt32BE(0);
  if (metaEnd > buffer.byteLength) return undefined;
  const meta = json<Message['meta']>(buffer.subarray(LENGTH_BYTES, metaEnd), META_BYTES, META_FIELDS[kind]);
  // The table pairs each kind with the reader of its own meta, which TypeScript cannot follow through the union.
  return meta === undefined ? undefined : ({ kind, id, meta, payload: buffer.subarray(metaEnd) } as Message);
}

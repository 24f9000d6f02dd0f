import { crc32 } from 'node:zlib';

/** Header values of type string; Lambda's streams have no others. */
const STRING_TYPE = 7;
/** Total length, length of the headers, CRC of both. */
const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;

/** Header names and values; neither is longer than a byte and two bytes can say. */
export type EventStreamHeaders = Readonly<Record<string, string>>;

/**
 * One message of `application/vnd.amazon.eventstream`: lengths, headers and payload, each part with its CRC-32.
 * https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export function encodeEventStreamMessage(headers: EventStreamHeaders, payload: Uint8Array): Buffer {
  const encoded = Buffer.concat(Object.entries(headers).map(([name, value]) => encodeHeader(name, value)));
  const message = Buffer.allocUnsafe(PRELUDE_BYTES + encoded.length + payload.byteLength + CRC_BYTES);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(encoded.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  message.set(encoded, PRELUDE_BYTES);
  message.set(payload, PRELUDE_BYTES + encoded.length);
  const end = message.length - CRC_BYTES;
  message.writeUInt32BE(crc32(message.subarray(0, end)), end);
  return message;
}

/** A piece of the answer of `InvokeWithResponseStream`. */
export function payloadChunk(payload: Uint8Array): Buffer {
  const headers = {
    ':message-type': 'event',
    ':event-type': 'PayloadChunk',
    ':content-type': 'application/octet-stream',
  };
  return encodeEventStreamMessage(headers, payload);
}

/** How an invocation ended: https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStreamCompleteEvent.html */
export type InvokeComplete = {
  readonly ErrorCode?: string;
  readonly ErrorDetails?: string;
  /** Base64. */
  readonly LogResult?: string;
};

/** The last message of `InvokeWithResponseStream`. */
export function invokeComplete(complete: InvokeComplete): Buffer {
  const headers = {
    ':message-type': 'event',
    ':event-type': 'InvokeComplete',
    ':content-type': 'application/json',
  };
  return encodeEventStreamMessage(headers, Buffer.from(JSON.stringify(complete)));
}

function encodeHeader(name: string, value: string): Buffer {
  const [key, text] = [Buffer.from(name), Buffer.from(value)];
  const header = Buffer.allocUnsafe(4 + key.length + text.length);
  header.writeUInt8(key.length, 0);
  header.set(key, 1);
  header.writeUInt8(STRING_TYPE, 1 + key.length);
  header.writeUInt16BE(text.length, 2 + key.length);
  header.set(text, 4 + key.length);
  return header;
}

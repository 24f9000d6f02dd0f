import { EventStreamCodec } from '@smithy/core/event-streams';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeEventStreamMessage, invokeComplete, payloadChunk } from './event-stream.ts';

/** The reader of AWS's own SDK. */
const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => new Uint8Array(Buffer.from(text, 'utf8')),
);

function decode(message: Uint8Array): { headers: Record<string, unknown>; body: Buffer } {
  const { headers, body } = codec.decode(message);
  return {
    headers: Object.fromEntries(Object.entries(headers).map(([name, { value }]) => [name, value])),
    body: Buffer.from(body),
  };
}

const name = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => text !== '__proto__');
const headers = fc.dictionary(name, fc.string({ unit: 'grapheme', maxLength: 200 }), {
  noNullPrototype: true,
});

test('AWS’s reader finds in any message the headers and the payload that were put in', () => {
  fc.assert(
    fc.property(headers, fc.uint8Array({ maxLength: 5_000 }), (given, payload) => {
      expect(decode(encodeEventStreamMessage(given, payload))).toEqual({
        headers: given,
        body: Buffer.from(payload),
      });
    }),
  );
});

test('a message is the one that AWS’s writer makes, byte for byte', () => {
  fc.assert(
    fc.property(headers, fc.uint8Array({ maxLength: 500 }), (given, body) => {
      const typed = Object.fromEntries(
        Object.entries(given).map(([key, value]) => [key, { type: 'string' as const, value }]),
      );
      expect(encodeEventStreamMessage(given, body)).toEqual(
        Buffer.from(codec.encode({ headers: typed, body })),
      );
    }),
  );
});

test('a message with one other bit is refused by AWS’s reader', () => {
  const message = payloadChunk(Buffer.from('hello'));
  fc.assert(
    fc.property(fc.nat(message.length * 8 - 1), (bit) => {
      const altered = Buffer.from(message);
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decode(altered)).toThrow();
    }),
  );
});

test('the messages of InvokeWithResponseStream have the headers of AWS’s', () => {
  expect(decode(payloadChunk(Buffer.from('hello')))).toEqual({
    headers: {
      ':message-type': 'event',
      ':event-type': 'PayloadChunk',
      ':content-type': 'application/octet-stream',
    },
    body: Buffer.from('hello'),
  });
  expect(decode(invokeComplete({ ErrorCode: 'Unhandled', ErrorDetails: '{}' }))).toEqual({
    headers: {
      ':message-type': 'event',
      ':event-type': 'InvokeComplete',
      ':content-type': 'application/json',
    },
    body: Buffer.from('{"ErrorCode":"Unhandled","ErrorDetails":"{}"}'),
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeHostMessage, type FromHost, HostMessageDecoder } from './host-message.ts';

type Received = { readonly header: FromHost; readonly body: Buffer };

function decode(chunks: readonly Buffer[]): Received[] {
  const decoder = new HostMessageDecoder<FromHost>();
  const received: Received[] = [];
  for (const chunk of chunks) decoder.push(chunk, (header, body) => received.push({ header, body }));
  return received;
}

/** The bytes cut at these places, which may repeat: then a chunk is empty. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const header: fc.Arbitrary<FromHost> = fc.oneof(
  fc.record({ type: fc.constant('log'), call: fc.nat(), text: fc.string({ unit: 'binary' }) }),
  fc.record({
    type: fc.constant('answer'),
    call: fc.nat(),
    streamed: fc.boolean(),
    run: fc.record({ maxMemoryMb: fc.nat() }),
  }),
  fc.record({ type: fc.constant('deployed'), call: fc.nat(), observed: fc.boolean() }),
);

const body = fc.oneof(
  fc.constant(undefined),
  fc.uint8Array({ maxLength: 64 }),
  // Above the size from which a body is written by itself.
  fc.integer({ min: 16_380, max: 16_390 }).map((length) => new Uint8Array(length).fill(length)),
);

test('any messages survive any chunking of the byte stream', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(header, body)), fc.array(fc.nat()), (messages, places) => {
      const bytes = Buffer.concat(messages.flatMap(([message, bytes]) => encodeHostMessage(message, bytes)));
      expect(decode(cut(bytes, places))).toEqual(
        messages.map(([header, bytes]) => ({ header, body: Buffer.from(bytes ?? []) })),
      );
    }),
  );
});

test('every byte by itself is a message in the end', () => {
  const bytes = Buffer.concat(
    encodeHostMessage({ type: 'deployed', call: 7, observed: false }, Buffer.from('body')),
  );
  expect(decode(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual([
    { header: { type: 'deployed', call: 7, observed: false }, body: Buffer.from('body') },
  ]);
});

test('lengths over the limit throw as soon as they are there, and below it wait for the rest', () => {
  const lengths = (header: number, body: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32BE(header, 0);
    bytes.writeUInt32BE(body, 4);
    return bytes;
  };
  const limit = 16 * 1024 * 1024;
  expect(decode([lengths(8, limit - 16)])).toEqual([]);
  expect(() => decode([lengths(8, limit - 15)])).toThrow(
    new RangeError(`expected a message of at most ${limit} bytes, got ${limit + 1}`),
  );
  expect(() => decode([lengths(0xffff_ffff, 0xffff_ffff)])).toThrow(RangeError);
});

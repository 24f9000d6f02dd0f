import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeFrame, FrameReader, OPCODE, WebSocketError } from './web-socket-frames.ts';
import { Receiver, Sender } from './ws-frames.test-support.ts';

type Read = { readonly data: Buffer; readonly controls: readonly (readonly [number, Buffer])[] };

/** Reads the bytes in the given pieces. */
function read(bytes: Buffer, cuts: readonly number[] = []): Read {
  const data: Buffer[] = [];
  const controls: [number, Buffer][] = [];
  const reader = new FrameReader({
    onData: (part) => data.push(part),
    onControl: (opcode, payload) => controls.push([opcode, payload]),
  });
  let at = 0;
  for (const cut of [...cuts.filter((n) => n <= bytes.byteLength).sort((a, b) => a - b), bytes.byteLength]) {
    reader.read(bytes.subarray(at, cut));
    at = cut;
  }
  return { data: Buffer.concat(data), controls };
}

function failure(bytes: readonly number[]): unknown {
  try {
    return read(Buffer.from(bytes));
  } catch (error) {
    return error;
  }
}

/** A frame of a server, by the package `ws`. */
function serverFrame(opcode: number, payload: Buffer, fin = true): Buffer {
  const parts = Sender.frame(payload, { opcode, fin, mask: false, rsv1: false, readOnly: true });
  return Buffer.concat(parts);
}

const lengths = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.constantFrom(63, 64, 65, 125, 126, 127, 65_535, 65_536, 70_001),
);
const payload = fc
  .tuple(lengths, fc.integer({ min: 0, max: 255 }))
  .map(([length, seed]) => Buffer.from(Uint8Array.from({ length }, (_, n) => (n * 31 + seed) & 0xff)));
const mask = fc.uint8Array({ minLength: 4, maxLength: 4 });

test('the package ws reads what was encoded, of any length and with any mask', async () => {
  await fc.assert(
    fc.asyncProperty(payload, mask, fc.nat(7), async (bytes, key, misaligned) => {
      // From any place in memory: what is masked 32 bits at a time must be aligned.
      const room = Buffer.alloc(misaligned + bytes.byteLength);
      bytes.copy(room, misaligned);
      const frame = encodeFrame(OPCODE.binary, room.subarray(misaligned), key);
      expect(room.subarray(misaligned).equals(bytes)).toBe(true);
      const receiver = new Receiver({ isServer: true });
      const received = new Promise<Buffer>((resolve, reject) => {
        receiver.on('message', (data: Buffer) => resolve(data));
        receiver.on('error', reject);
      });
      receiver.end(frame);
      expect(Buffer.compare(await received, bytes)).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test('what ws encodes is read, cut at any bytes, in any fragments, with control frames between them', () => {
  const message = fc.record({
    fragments: fc.array(payload, { minLength: 1, maxLength: 4 }),
    pings: fc.array(fc.uint8Array({ maxLength: 125 }), { maxLength: 2 }),
  });
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 4 }),
      fc.array(fc.nat(2_000), { maxLength: 12 }),
      (messages, cuts) => {
        const frames = messages.flatMap(({ fragments, pings }) =>
          fragments.flatMap((fragment, n) => [
            serverFrame(n === 0 ? OPCODE.binary : OPCODE.continuation, fragment, n === fragments.length - 1),
            ...pings.map((ping) => serverFrame(OPCODE.ping, Buffer.from(ping))),
          ]),
        );
        const { data, controls } = read(Buffer.concat(frames), cuts);
        expect(data.equals(Buffer.concat(messages.flatMap(({ fragments }) => fragments)))).toBe(true);
        const pings = messages.flatMap(({ fragments, pings }) => fragments.flatMap(() => pings));
        expect(controls).toEqual(pings.map((ping) => [OPCODE.ping, Buffer.from(ping)]));
      },
    ),
  );
});

test('a frame is read the same, cut at each of its bytes', () => {
  const bytes = Buffer.concat([
    serverFrame(OPCODE.binary, Buffer.alloc(70_000, 7)),
    serverFrame(OPCODE.ping, Buffer.from('are you there')),
    serverFrame(OPCODE.binary, Buffer.alloc(200, 8)),
    serverFrame(OPCODE.close, Buffer.alloc(0)),
  ]);
  const expected = read(bytes);
  for (const cut of [...Array(20).keys(), ...Array.from({ length: 230 }, (_, n) => 70_000 + n)]) {
    const { data, controls } = read(bytes, [cut]);
    expect([data.equals(expected.data), controls]).toEqual([true, expected.controls]);
  }
});

test.each([
  [[0xc2, 0], 1002, 'a frame with a reserved bit'],
  [[0x82, 0x80, 0, 0, 0, 0], 1002, 'a masked frame of a server'],
  [[0x83, 0], 1002, 'a frame with opcode 3'],
  [[0x8b, 0], 1002, 'a frame with opcode 11'],
  [[0x80, 0], 1002, 'a continuation without its beginning'],
  [[0x02, 0, 0x82, 0], 1002, 'a new message within another'],
  [[0x09, 0], 1002, 'a control frame in fragments'],
  [[0x89, 126, 0, 126], 1002, 'a control frame of 126 bytes'],
])('bytes that break the protocol end it: %j', (bytes, closeCode, found) => {
  expect(failure(bytes)).toEqual(new WebSocketError(closeCode, `Expected frames of RFC 6455, got ${found}.`));
});

test('text and frames without a bound are refused before their payload', () => {
  expect(failure([0x81, 5])).toMatchObject({ closeCode: 1003 });
  expect(failure([0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0])).toMatchObject({ closeCode: 1009 });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FrameHeader, parseFrame, pieceBytes, writeHeader } from './frame.ts';
import { FRAME_BYTES, MESSAGE_BYTES } from './limits.ts';
import { SESSION_KINDS, STUB_KINDS } from './message.ts';

const PUBLIC_KEY = Buffer.alloc(32, 3);

const SMALL: FrameHeader = {
  kind: 'result',
  id: '00112233445566778899aabbccddeeff',
  sequence: 0,
  count: 1,
  encoding: 'identity',
  encodedBytes: 10,
  bodyBytes: 10,
  number: 0,
  publicKey: undefined,
};

/** A frame with that header and a piece of zeros: what is inside does not matter before it is opened. */
function frameOf(changes: Partial<FrameHeader> = {}, piece?: number): Buffer {
  const header = { ...SMALL, ...changes };
  const bytes = Buffer.alloc(68 + 12 + FRAME_BYTES + 16);
  const end = writeHeader(header, bytes);
  return bytes.subarray(0, end + 12 + (piece ?? pieceBytes(header)) + 16);
}

function withByte(offset: number, value: number): Buffer {
  const bytes = frameOf();
  bytes[offset] = value;
  return bytes;
}

const headers: fc.Arbitrary<FrameHeader> = fc
  .record({
    stub: fc.boolean(),
    stubKind: fc.constantFrom(...STUB_KINDS),
    sessionKind: fc.constantFrom(...SESSION_KINDS),
    id: fc.stringMatching(/^[0-9a-f]{32}$/),
    count: fc.integer({ min: 1, max: 256 }),
    place: fc.nat(),
    encoding: fc.constantFrom('identity' as const, 'zstd' as const, 'deflate' as const),
    piece: fc.integer({ min: 1, max: 20_000 }),
    number: fc.nat(2 ** 32 - 1),
  })
  .map(({ stub, stubKind, sessionKind, id, count, place, encoding, piece, number }) => {
    const encodedBytes = Math.min(piece * count, MESSAGE_BYTES - 1);
    return {
      kind: stub ? stubKind : sessionKind,
      id,
      sequence: place % count,
      count,
      encoding,
      encodedBytes,
      bodyBytes: encoding === 'identity' ? encodedBytes : encodedBytes + 1,
      number,
      publicKey: stub ? PUBLIC_KEY : undefined,
    };
  });

test('every header is read back as it was written', () => {
  fc.assert(
    fc.property(headers, (header) => {
      expect(parseFrame(frameOf(header))).toMatchObject(header);
    }),
  );
});

test('the pieces of a message add up to it', () => {
  expect([0, 1, 2].map((sequence) => pieceBytes({ sequence, count: 3, encodedBytes: 10 }))).toEqual([
    4, 4, 2,
  ]);
});

test('no frame can be cut short or made longer', () => {
  const frame = frameOf();
  for (let length = 1; length < frame.byteLength; length++) {
    expect(parseFrame(frame.subarray(0, length))).toBe('frame-truncated');
  }
  expect(parseFrame(Buffer.concat([frame, Buffer.alloc(1)]))).toBe('frame-header');
  expect(parseFrame(new Uint8Array())).toBe('frame-truncated');
});

test.each<[string, Buffer, string]>([
  ['another version', withByte(0, 2), 'frame-version'],
  ['kind 0', withByte(1, 0), 'frame-kind'],
  ['a kind that does not exist', withByte(1, 16), 'frame-kind'],
  ['encoding 3', withByte(2, 0b0111), 'frame-header'],
  ['an unknown flag', withByte(2, 0b1_0100), 'frame-header'],
  ['a reserved byte that is not 0', withByte(3, 1), 'frame-header'],
  ['last said of a frame that is not', withByte(23, 2), 'frame-header'],
  ['a last frame that does not say so', withByte(2, 0), 'frame-header'],
  ['no frames at all', withByte(23, 0), 'frame-header'],
  ['a sequence beyond the count', withByte(21, 1), 'frame-header'],
  ['an offer without a public key', withByte(1, 1), 'frame-header'],
  ['an answer with a public key', frameOf({ publicKey: PUBLIC_KEY }), 'frame-header'],
  ['257 frames', frameOf({ count: 257, sequence: 256, encodedBytes: 2570, bodyBytes: 2570 }), 'frame-header'],
  ['identity of another size', frameOf({ bodyBytes: 11 }), 'frame-header'],
  ['compression that made it larger', frameOf({ encoding: 'zstd', bodyBytes: 9 }), 'frame-header'],
  ['an empty body', frameOf({ encodedBytes: 0, bodyBytes: 0 }), 'frame-header'],
  [
    'frames for which nothing is left',
    frameOf({ count: 3, encodedBytes: 4, bodyBytes: 4 }, 2),
    'frame-header',
  ],
  ['a body beyond the bound', frameOf({ encoding: 'zstd', bodyBytes: MESSAGE_BYTES + 1 }), 'frame-header'],
])('%s is no frame', (_what, bytes, reason) => {
  expect(parseFrame(bytes)).toBe(reason);
});

test('a frame above the size limit is not looked at', () => {
  expect(parseFrame(frameOf({ encodedBytes: FRAME_BYTES - 64, bodyBytes: FRAME_BYTES - 64 }))).toMatchObject({
    encodedBytes: FRAME_BYTES - 64,
  });
  expect(parseFrame(frameOf({ encodedBytes: FRAME_BYTES - 63, bodyBytes: FRAME_BYTES - 63 }))).toBe(
    'frame-header',
  );
});

test('arbitrary bytes never throw', () => {
  // A version and a kind that exist, so that the rest is looked at.
  const bytes = fc
    .tuple(fc.boolean(), fc.integer({ min: 1, max: 15 }), fc.uint8Array({ maxLength: 400 }))
    .map(([plausible, kind, rest]) => (plausible ? Buffer.concat([Uint8Array.of(1, kind), rest]) : rest));
  fc.assert(
    fc.property(bytes, (payload) => {
      const parsed = parseFrame(payload);
      if (typeof parsed === 'object') expect(parsed.ciphertext.byteLength).toBe(pieceBytes(parsed));
    }),
    { numRuns: 2000 },
  );
});

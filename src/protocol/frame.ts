import { asBuffer } from './bytes.ts';
import type { BodyEncoding } from './compression.ts';
import type { DropReason } from './drops.ts';
import { FRAME_BYTES, MESSAGE_BYTES, PROTOCOL_VERSION } from './limits.ts';
import { type InvocationId, KIND_BYTES, type Kind, SESSION_KINDS, STUB_KINDS } from './message.ts';

/** What stands in front of each piece of a message. docs/protocol.md draws the layout. */
export type FrameHeader = {
  readonly kind: Kind;
  readonly id: InvocationId;
  /** From 0. */
  readonly sequence: number;
  /** Frames of the whole message. */
  readonly count: number;
  readonly encoding: BodyEncoding;
  /** The whole body as it travels, all pieces together. */
  readonly encodedBytes: number;
  /** The whole body after inflating. */
  readonly bodyBytes: number;
  /** Tells messages of one kind and invocation apart; what it counts depends on the kind. */
  readonly number: number;
  /** The sender's, in every frame of a stub; a session's key is known from its presence. */
  readonly publicKey: Uint8Array | undefined;
};

/** Views into the bytes that were parsed. Nothing in it can be trusted before `openFrame`. */
export type Frame = FrameHeader & {
  /** The bytes of the header: additional authenticated data of the seal. */
  readonly header: Uint8Array;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
};

export const PUBLIC_KEY_BYTES = 32;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/** Four times what the largest message needs in full frames. */
export const FRAMES_PER_MESSAGE = 256;

const FIXED_BYTES = 36;
const ENCODINGS: readonly BodyEncoding[] = ['identity', 'zstd', 'deflate'];
const ENCODING_BITS = 0b0000_0011;
const LAST_BIT = 0b0000_0100;
const PUBLIC_KEY_BIT = 0b0000_1000;
const KNOWN_BITS = ENCODING_BITS | LAST_BIT | PUBLIC_KEY_BIT;

const KINDS = new Map<number, Kind>();
for (const kind of Object.keys(KIND_BYTES) as Kind[]) KINDS.set(KIND_BYTES[kind], kind);
const FROM_STUB: ReadonlySet<Kind> = new Set(STUB_KINDS);
const FROM_SESSION: ReadonlySet<Kind> = new Set(SESSION_KINDS);

/** How many bytes of the message this frame carries: all frames the same, the last one what is left. */
export function pieceBytes(header: Pick<FrameHeader, 'sequence' | 'count' | 'encodedBytes'>): number {
  const piece = Math.ceil(header.encodedBytes / header.count);
  return header.sequence < header.count - 1 ? piece : header.encodedBytes - piece * (header.count - 1);
}

/** Everything of a frame but its piece. */
export function overheadBytes(publicKey: Uint8Array | undefined): number {
  return headerBytes(publicKey !== undefined) + NONCE_BYTES + TAG_BYTES;
}

function headerBytes(withKey: boolean): number {
  return withKey ? FIXED_BYTES + PUBLIC_KEY_BYTES : FIXED_BYTES;
}

/** Writes the header to the start of `target` and returns its length. */
export function writeHeader(header: FrameHeader, target: Buffer): number {
  const last = header.sequence === header.count - 1;
  target[0] = PROTOCOL_VERSION;
  target[1] = KIND_BYTES[header.kind];
  target[2] =
    ENCODINGS.indexOf(header.encoding) |
    (last ? LAST_BIT : 0) |
    (header.publicKey === undefined ? 0 : PUBLIC_KEY_BIT);
  target[3] = 0;
  target.write(header.id, 4, 'hex');
  target.writeUInt16BE(header.sequence, 20);
  target.writeUInt16BE(header.count, 22);
  target.writeUInt32BE(header.encodedBytes, 24);
  target.writeUInt32BE(header.bodyBytes, 28);
  target.writeUInt32BE(header.number, 32);
  if (header.publicKey !== undefined) target.set(header.publicKey, FIXED_BYTES);
  return headerBytes(header.publicKey !== undefined);
}

/** Never throws, copies or allocates for what a header declares; a frame that is none gives the reason. */
export function parseFrame(bytes: Uint8Array): Frame | DropReason {
  // The version first: nothing else about another version's layout is known.
  if (bytes.byteLength > 0 && bytes[0] !== PROTOCOL_VERSION) return 'frame-version';
  if (bytes.byteLength < FIXED_BYTES + NONCE_BYTES + TAG_BYTES) return 'frame-truncated';
  if (bytes.byteLength > FRAME_BYTES) return 'frame-header';

  const buffer = asBuffer(bytes);
  const kind = KINDS.get(buffer.readUInt8(1));
  if (kind === undefined) return 'frame-kind';

  const flags = buffer.readUInt8(2);
  const encoding = ENCODINGS[flags & ENCODING_BITS];
  const withKey = (flags & PUBLIC_KEY_BIT) !== 0;
  if (encoding === undefined || (flags & ~KNOWN_BITS) !== 0 || buffer[3] !== 0) return 'frame-header';
  if (!(withKey ? FROM_STUB : FROM_SESSION).has(kind)) return 'frame-header';

  const headerEnd = headerBytes(withKey);
  const nonceEnd = headerEnd + NONCE_BYTES;
  const tagStart = bytes.byteLength - TAG_BYTES;
  if (tagStart < nonceEnd) return 'frame-truncated';

  const frame: Frame = {
    kind,
    id: buffer.toString('hex', 4, 20),
    sequence: buffer.readUInt16BE(20),
    count: buffer.readUInt16BE(22),
    encoding,
    encodedBytes: buffer.readUInt32BE(24),
    bodyBytes: buffer.readUInt32BE(28),
    number: buffer.readUInt32BE(32),
    publicKey: withKey ? buffer.subarray(FIXED_BYTES, headerEnd) : undefined,
    header: buffer.subarray(0, headerEnd),
    nonce: buffer.subarray(headerEnd, nonceEnd),
    ciphertext: buffer.subarray(nonceEnd, tagStart),
    tag: buffer.subarray(tagStart),
  };
  return contradiction(frame, (flags & LAST_BIT) !== 0) ?? frame;
}

function contradiction(frame: Frame, last: boolean): DropReason | undefined {
  const { sequence, count, encoding, encodedBytes, bodyBytes } = frame;
  const withinBounds =
    count >= 1 && count <= FRAMES_PER_MESSAGE && sequence < count && bodyBytes <= MESSAGE_BYTES;
  // A body is compressed only when that makes it smaller.
  const sizesAgree = encoding === 'identity' ? encodedBytes === bodyBytes : encodedBytes < bodyBytes;
  if (!withinBounds || !sizesAgree || last !== (sequence === count - 1)) return 'frame-header';
  // So many frames that nothing would be left for the last one.
  if (pieceBytes({ sequence: count - 1, count, encodedBytes }) < 1) return 'frame-header';
  const expected = pieceBytes(frame);
  if (frame.ciphertext.byteLength < expected) return 'frame-truncated';
  return frame.ciphertext.byteLength > expected ? 'frame-header' : undefined;
}

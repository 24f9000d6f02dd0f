import { LAMBDA } from '../../protocol/limits.ts';

/**
 * Frames on the pipes between parent and child, all integers big-endian:
 *
 *     u32 length of what follows | u8 type | u32 invocation | u32 header length | header (JSON) | payload
 */
export const FRAME_TYPES = {
  load: 1,
  invoke: 2,
  credit: 3,
  ready: 16,
  'load-failed': 17,
  'record-stdout': 18,
  'record-stderr': 19,
  'text-stdout': 20,
  'text-stderr': 21,
  answer: 22,
  oversize: 23,
  error: 24,
  stream: 25,
  chunk: 26,
  end: 27,
} as const;

export type FrameType = keyof typeof FRAME_TYPES;

export type Frame = {
  readonly type: FrameType;
  readonly invocation: number;
  /** Undefined: none was sent. */
  readonly header: unknown;
  readonly payload: Uint8Array;
};

const LENGTH_BYTES = 4;
const PREFIX_BYTES = 9;
/** Up to here one buffer is cheaper than two writes. */
const JOIN_BYTES = 64 * 1024;

/** The largest event or answer, and the largest environment or client context beside it. */
export const MAX_FRAME_BYTES = LAMBDA.responseBytes + 512 * 1024;

const NO_BYTES = new Uint8Array(0);
const NAMES = new Map<number, FrameType>(
  Object.entries(FRAME_TYPES).map(([name, byte]) => [byte, name as FrameType]),
);

/** The bytes of a frame, in one or two pieces: a large payload is not copied. */
export function encodeFrame(
  type: FrameType,
  invocation: number,
  header: unknown,
  payload: Uint8Array | string = NO_BYTES,
): readonly Uint8Array[] {
  const headerText = header === undefined ? '' : JSON.stringify(header);
  const headerBytes = Buffer.byteLength(headerText);
  const payloadBytes = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength;
  const joined = typeof payload === 'string' || payloadBytes <= JOIN_BYTES;
  const start = LENGTH_BYTES + PREFIX_BYTES + headerBytes;
  const bytes = Buffer.allocUnsafe(joined ? start + payloadBytes : start);
  bytes.writeUInt32BE(PREFIX_BYTES + headerBytes + payloadBytes, 0);
  bytes[4] = FRAME_TYPES[type];
  bytes.writeUInt32BE(invocation, 5);
  bytes.writeUInt32BE(headerBytes, 9);
  if (headerBytes > 0) bytes.write(headerText, 13);
  if (typeof payload === 'string') bytes.write(payload, start);
  else if (joined) bytes.set(payload, start);
  else return [bytes, payload];
  return [bytes];
}

/**
 * Cuts a byte stream into frames. Never holds more than one frame's bytes, and allocates them only for a length that
 * a frame may have.
 */
export class FrameParser {
  readonly #onFrame: (frame: Frame) => void;
  readonly #maxBytes: number;
  #pending: Buffer | undefined;
  #filled = 0;
  /** The pending buffer is only the length so far. */
  #lengthKnown = false;

  constructor(onFrame: (frame: Frame) => void, maxBytes = MAX_FRAME_BYTES) {
    this.#onFrame = onFrame;
    this.#maxBytes = maxBytes;
  }

  /** @throws Error for bytes that are no frame; what comes after them cannot be understood either. */
  push(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#pending === undefined) {
        const rest = chunk.length - offset;
        if (rest >= LENGTH_BYTES) {
          const length = this.#checked(chunk.readUInt32BE(offset));
          const end = offset + LENGTH_BYTES + length;
          if (end <= chunk.length) {
            this.#onFrame(decode(chunk.subarray(offset + LENGTH_BYTES, end)));
            offset = end;
            continue;
          }
          this.#begin(length, true);
          offset += LENGTH_BYTES;
        } else {
          this.#begin(LENGTH_BYTES, false);
        }
      }
      offset = this.#fill(chunk, offset);
    }
  }

  /** True between frames: the end of the stream cuts nothing. */
  get empty(): boolean {
    return this.#pending === undefined;
  }

  #begin(bytes: number, lengthKnown: boolean): void {
    this.#pending = Buffer.allocUnsafe(bytes);
    this.#filled = 0;
    this.#lengthKnown = lengthKnown;
  }

  #fill(chunk: Buffer, offset: number): number {
    const pending = this.#pending;
    if (pending === undefined) return offset;
    const copied = chunk.copy(pending, this.#filled, offset);
    this.#filled += copied;
    if (this.#filled === pending.length) {
      this.#pending = undefined;
      if (this.#lengthKnown) this.#onFrame(decode(pending));
      else this.#begin(this.#checked(pending.readUInt32BE(0)), true);
    }
    return offset + copied;
  }

  #checked(length: number): number {
    if (length < PREFIX_BYTES || length > this.#maxBytes) {
      throw new Error(`expected a frame of ${PREFIX_BYTES} to ${this.#maxBytes} bytes, got ${length}`);
    }
    return length;
  }
}

function decode(bytes: Buffer): Frame {
  const type = NAMES.get(bytes.readUInt8(0));
  if (type === undefined) throw new Error(`unknown frame type ${bytes.readUInt8(0)}`);
  const headerEnd = PREFIX_BYTES + bytes.readUInt32BE(5);
  if (headerEnd > bytes.length) {
    throw new Error(`expected a frame header of at most ${bytes.length - PREFIX_BYTES} bytes`);
  }
  const header: unknown =
    headerEnd === PREFIX_BYTES ? undefined : JSON.parse(bytes.toString('utf8', PREFIX_BYTES, headerEnd));
  return { type, invocation: bytes.readUInt32BE(1), header, payload: bytes.subarray(headerEnd) };
}

/**
 * The frames of a WebSocket, as a client needs them. https://www.rfc-editor.org/rfc/rfc6455#section-5
 *
 * It replaces Node's own WebSocket, which cannot be unreferenced, takes neither an authority nor a proxy, and loads
 * undici, tens of milliseconds on the path of a cold start; the tests compare it with the package `ws`.
 */

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const FIN = 0x80;
const MASKED = 0x80;
/** What a control frame may carry, and what the shortest form of a length can say. */
const CONTROL_BYTES = 125;
/** Below it, a view of 32 bit numbers costs more than it saves. */
const SHORT_BYTES = 64;
/** Nothing waits for a whole frame, but one that never ends would hold its connection for ever. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;
const HEADER_BYTES = 10;

/** Close codes. https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
export const CLOSE = { normal: 1000, protocolError: 1002, unsupportedData: 1003, tooBig: 1009 } as const;

/** The bytes cannot be a WebSocket's: it has to end with that close code. */
export class WebSocketError extends Error {
  override readonly name = 'WebSocketError';
  readonly closeCode: number;

  constructor(closeCode: number, message: string) {
    super(message);
    this.closeCode = closeCode;
  }
}

/** A whole message in one frame, masked: one buffer, for one write. The mask is four random bytes. */
export function encodeFrame(opcode: number, payload: Uint8Array, mask: Uint8Array): Buffer {
  const length = payload.byteLength;
  const lengthBytes = length <= CONTROL_BYTES ? 0 : length < 65_536 ? 2 : 8;
  const headerBytes = 2 + lengthBytes + 4;
  const room = Buffer.allocUnsafe(headerBytes + length + 3);
  // So that the payload begins where a view of 32 bit numbers may.
  const frame = room.subarray(-(room.byteOffset + headerBytes) & 3).subarray(0, headerBytes + length);
  frame[0] = FIN | opcode;
  if (lengthBytes === 0) frame[1] = MASKED | length;
  else if (lengthBytes === 2) {
    frame[1] = MASKED | 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = MASKED | 127;
    frame.writeUInt32BE(0, 2);
    frame.writeUInt32BE(length, 6);
  }
  frame.set(mask, headerBytes - 4);
  frame.set(payload, headerBytes);
  maskInPlace(frame.subarray(headerBytes), mask);
  return frame;
}

/** 32 bits at a time, in whatever order this machine has the bytes of a number. */
function maskInPlace(bytes: Buffer, mask: Uint8Array): void {
  let at = 0;
  if (bytes.byteLength >= SHORT_BYTES) {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
    const word = new Uint32Array(Uint8Array.from(mask).buffer)[0] ?? 0;
    for (let n = 0; n < words.length; n++) words[n] = (words[n] ?? 0) ^ word;
    at = words.byteLength;
  }
  for (; at < bytes.byteLength; at++) bytes[at] = (bytes[at] ?? 0) ^ (mask[at & 3] ?? 0);
}

export type FrameEvents = {
  /** Bytes of binary messages as they come: MQTT is a stream of bytes, whatever frames it is cut into. [MQTT-6.0.0-2] */
  readonly onData: (bytes: Buffer) => void;
  readonly onControl: (opcode: number, payload: Buffer) => void;
};

/** Reads the frames of a server. Holds no more than a header or a control frame. */
export class FrameReader {
  readonly #events: FrameEvents;
  #header = Buffer.alloc(HEADER_BYTES);
  #headerLength = 0;
  /** Of the frame that is being read, once its header is complete. */
  #opcode = 0;
  #remaining = 0;
  #inPayload = false;
  #inMessage = false;
  #control: Buffer[] = [];

  constructor(events: FrameEvents) {
    this.#events = events;
  }

  /** Throws a WebSocketError: the connection cannot go on. */
  read(bytes: Buffer): void {
    let rest = bytes;
    while (rest.byteLength > 0) rest = this.#inPayload ? this.#readPayload(rest) : this.#readHeader(rest);
  }

  #readHeader(bytes: Buffer): Buffer {
    const needed = this.#headerLength < 2 ? 2 : 2 + lengthBytesOf(this.#header);
    const taken = bytes.copy(this.#header, this.#headerLength, 0, needed - this.#headerLength);
    this.#headerLength += taken;
    if (this.#headerLength >= 2 && this.#headerLength === 2 + lengthBytesOf(this.#header)) this.#begin();
    return bytes.subarray(taken);
  }

  #begin(): void {
    const [first = 0, second = 0] = this.#header;
    const opcode = first & 0x0f;
    this.#headerLength = 0;
    this.#remaining = lengthOf(this.#header);
    if ((first & 0x70) !== 0) throw protocolError('a frame with a reserved bit');
    if ((second & MASKED) !== 0) throw protocolError('a masked frame of a server');
    if (opcode >= OPCODE.close) this.#beginControl(opcode, first);
    else this.#beginData(opcode, first);
    this.#opcode = opcode;
    this.#inPayload = this.#remaining > 0;
    if (!this.#inPayload && opcode >= OPCODE.close) this.#endControl();
  }

  #beginControl(opcode: number, first: number): void {
    if (opcode > OPCODE.pong) throw protocolError(`a frame with opcode ${opcode}`);
    if ((first & FIN) === 0) throw protocolError('a control frame in fragments');
    if (this.#remaining > CONTROL_BYTES) throw protocolError(`a control frame of ${this.#remaining} bytes`);
  }

  #beginData(opcode: number, first: number): void {
    // [MQTT-6.0.0-1]
    if (opcode === OPCODE.text)
      throw new WebSocketError(CLOSE.unsupportedData, 'Expected binary frames, got a text frame.');
    if (opcode > OPCODE.binary) throw protocolError(`a frame with opcode ${opcode}`);
    if ((opcode === OPCODE.continuation) !== this.#inMessage)
      throw protocolError(
        this.#inMessage ? 'a new message within another' : 'a continuation without its beginning',
      );
    if (this.#remaining > MAX_FRAME_BYTES)
      throw new WebSocketError(
        CLOSE.tooBig,
        `Expected frames of at most ${MAX_FRAME_BYTES} bytes, got one of ${this.#remaining}.`,
      );
    this.#inMessage = (first & FIN) === 0;
  }

  #readPayload(bytes: Buffer): Buffer {
    const part = bytes.subarray(0, this.#remaining);
    this.#remaining -= part.byteLength;
    this.#inPayload = this.#remaining > 0;
    if (this.#opcode < OPCODE.close) this.#events.onData(part);
    else {
      this.#control.push(part);
      if (!this.#inPayload) this.#endControl();
    }
    return bytes.subarray(part.byteLength);
  }

  #endControl(): void {
    const payload = Buffer.concat(this.#control);
    this.#control = [];
    this.#events.onControl(this.#opcode, payload);
  }
}

function lengthBytesOf(header: Buffer): number {
  const short = (header[1] ?? 0) & 0x7f;
  return short === 127 ? 8 : short === 126 ? 2 : 0;
}

function lengthOf(header: Buffer): number {
  switch (lengthBytesOf(header)) {
    case 0:
      return (header[1] ?? 0) & 0x7f;
    case 2:
      return header.readUInt16BE(2);
    default:
      return header.readUInt32BE(2) * 2 ** 32 + header.readUInt32BE(6);
  }
}

function protocolError(found: string): WebSocketError {
  return new WebSocketError(CLOSE.protocolError, `Expected frames of RFC 6455, got ${found}.`);
}

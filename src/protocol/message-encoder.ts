import type { KeyObject } from 'node:crypto';
import { encodeBody } from './body.ts';
import { compress } from './compression.ts';
import { NONCE_BYTES, overheadBytes, pieceBytes } from './frame.ts';
import { FRAME_BYTES } from './limits.ts';
import type { Encoding, Message } from './message.ts';
import { random as processRandom, type RandomBytes } from './random.ts';
import { sealFrame } from './seal.ts';

export type EncodeOptions = {
  /** For this direction: `PairKeys.send`. */
  readonly key: KeyObject;
  /** Without qualifier, as in the topic. */
  readonly functionArn: string;
  /** The sender's own: given by a stub, left out by a session. */
  readonly publicKey?: Uint8Array;
  /** What the receiver can decompress. */
  readonly encodings: readonly Encoding[];
  /** Tells messages of one kind and invocation apart; docs/protocol.md says what each kind counts. @default 0 */
  readonly number?: number;
  readonly random?: RandomBytes;
};

/**
 * The frames of a message, each one MQTT payload of at most FRAME_BYTES. Keep them to send the same bytes again:
 * to encode a second time would compress and seal for nothing.
 * @throws MessageTooLargeError
 */
export function encodeMessage(message: Message, options: EncodeOptions): readonly Buffer[] {
  const { key, functionArn, publicKey, number = 0, random = processRandom } = options;
  const body = encodeBody(message);
  const { encoding, bytes } = compress(body, options.encodings);
  const count = Math.ceil(bytes.byteLength / (FRAME_BYTES - overheadBytes(publicKey)));
  const frames: Buffer[] = [];
  let start = 0;
  for (let sequence = 0; sequence < count; sequence++) {
    const header = {
      kind: message.kind,
      id: message.id,
      sequence,
      count,
      encoding,
      encodedBytes: bytes.byteLength,
      bodyBytes: body.byteLength,
      number,
      publicKey,
    };
    const end = start + pieceBytes(header);
    frames.push(
      sealFrame(header, bytes.subarray(start, end), { key, functionArn, nonce: random(NONCE_BYTES) }),
    );
    start = end;
  }
  return frames;
}

import type { Frame, FrameHeader } from './frame.ts';

/** A message of which some frames have arrived. Holds what came, and nothing for what was only announced. */
export class PartialMessage {
  readonly header: FrameHeader;
  readonly functionArn: string;
  readonly #pieces = new Map<number, Uint8Array>();
  #bytes = 0;
  #arrivedAt: number;
  #quietSince: number;
  #asked = 0;

  constructor(first: Frame, functionArn: string, now: number) {
    const { kind, id, sequence, count, encoding, encodedBytes, bodyBytes, number } = first;
    // A copy (`slice` of a Buffer is none): the views of a frame would keep its whole payload in memory.
    const publicKey = first.publicKey && new Uint8Array(first.publicKey);
    this.header = { kind, id, sequence, count, encoding, encodedBytes, bodyBytes, number, publicKey };
    this.functionArn = functionArn;
    this.#arrivedAt = now;
    this.#quietSince = now;
  }

  /** Of the pieces that are here. */
  get bytes(): number {
    return this.#bytes;
  }

  /** When the last new piece came. */
  get arrivedAt(): number {
    return this.#arrivedAt;
  }

  get complete(): boolean {
    return this.#pieces.size === this.header.count;
  }

  /** Whether a frame describes the same message as the first one did. */
  agrees(frame: FrameHeader): boolean {
    const { header } = this;
    return (
      frame.count === header.count &&
      frame.encoding === header.encoding &&
      frame.encodedBytes === header.encodedBytes &&
      frame.bodyBytes === header.bodyBytes
    );
  }

  /** False when that piece is here already. */
  add(sequence: number, piece: Uint8Array, now: number): boolean {
    if (this.#pieces.has(sequence)) return false;
    this.#pieces.set(sequence, piece);
    this.#bytes += piece.byteLength;
    this.#arrivedAt = now;
    this.#quietSince = now;
    this.#asked = 0;
    return true;
  }

  /** All pieces in order. Only of a complete message. */
  join(): Buffer {
    const pieces = [...this.#pieces].sort(([a], [b]) => a - b).map(([, piece]) => piece);
    return Buffer.concat(pieces, this.#bytes);
  }

  /**
   * The sequences to ask for: undefined until nothing came for `afterMs`, and twice as long after each time that
   * asking did not help.
   */
  ask(now: number, afterMs: number): readonly number[] | undefined {
    if (now - this.#quietSince < afterMs * 2 ** this.#asked) return undefined;
    this.#quietSince = now;
    this.#asked += 1;
    return Array.from({ length: this.header.count }, (_, sequence) => sequence).filter(
      (sequence) => !this.#pieces.has(sequence),
    );
  }
}

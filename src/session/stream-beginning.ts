import { KEPT } from './kept.ts';

/** What was streamed to the caller, for display: its first bytes, and how many there were. */
export type StreamedAnswer = { readonly beginning: Uint8Array; readonly bytes: number };

/** Keeps the beginning of a stream, so that it can be looked at; what follows is only counted. */
export class StreamBeginning {
  readonly #most: number;
  #pieces: Uint8Array[] = [];
  #kept = 0;
  #bytes = 0;

  /** @param most bytes that are kept */
  constructor(most: number = KEPT.streamBytes) {
    this.#most = most;
  }

  add(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    const room = this.#most - this.#kept;
    if (room <= 0) return;
    // A copy: a piece may be part of a larger buffer, which would be held as long as the record.
    const piece = new Uint8Array(chunk.subarray(0, room));
    this.#pieces.push(piece);
    this.#kept += piece.byteLength;
  }

  /** What came so far, which is kept here no longer. Undefined: nothing did. */
  take(): StreamedAnswer | undefined {
    if (this.#bytes === 0) return undefined;
    const beginning = Buffer.concat(this.#pieces);
    this.#pieces = [];
    return { beginning, bytes: this.#bytes };
  }
}

import { STREAM_WINDOW_BYTES } from '../protocol/limits.ts';
import { StreamBeginning, type StreamedAnswer } from './stream-beginning.ts';

/** Pieces of this size fit into one frame with its header. */
const CHUNK_BYTES = 96 * 1024;

/**
 * A handler that writes words would take all of IoT Core's hundred publishes a second: pieces that follow each other
 * faster than this leave together.
 */
const GATHER_MS = 20;

/** Encodes and publishes a piece; gives its frames. */
export type SendChunk = (
  chunk: Uint8Array,
  number: number,
  contentType: string | undefined,
) => readonly Uint8Array[];

/**
 * The sending side of a streamed answer. Pieces are numbered and kept until they certainly arrived: a credit of
 * n bytes says that everything more than a window before n was passed on.
 */
export class AnswerStream {
  readonly #send: SendChunk;
  readonly #sent = new Map<number, { readonly frames: readonly Uint8Array[]; readonly endsAt: number }>();
  readonly #now: () => number;
  #allowed = STREAM_WINDOW_BYTES;
  #bytes = 0;
  #count = 0;
  #closed = false;
  #waiting: (() => void) | undefined;
  readonly #beginning = new StreamBeginning();
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** Set before the first piece is written. */
  contentType: string | undefined;

  /** @param now milliseconds of a steady clock. */
  constructor(send: SendChunk, now: () => number = () => performance.now()) {
    this.#send = send;
    this.#now = now;
  }

  /** How many pieces there were: the number of the message that ends the stream. */
  get count(): number {
    return this.#count;
  }

  /** Resolves when more may come: it may have to wait for credit. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#beginning.add(chunk);
    for (let start = 0; start < chunk.byteLength; start += CHUNK_BYTES) {
      while (this.#bytes >= this.#allowed && !this.#closed) {
        await new Promise<void>((resolve) => {
          this.#waiting = resolve;
        });
      }
      if (this.#closed) return;
      this.#gather(chunk.subarray(start, start + CHUNK_BYTES));
    }
  }

  /** Sends what is gathered, at once: before the message that ends the stream. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#gatheredBytes === 0 || this.#closed) return;
    const [first = new Uint8Array()] = this.#gathered;
    const piece = this.#gathered.length === 1 ? first : Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#sentAt = this.#now();
    const number = this.#count++;
    const contentType = number === 0 ? this.contentType : undefined;
    this.#sent.set(number, { frames: this.#send(piece, number, contentType), endsAt: this.#bytes });
  }

  /** `totalBytes` counts from the start of the stream. */
  allow(totalBytes: number): void {
    if (totalBytes <= this.#allowed) return;
    this.#allowed = totalBytes;
    for (const [number, { endsAt }] of this.#sent) {
      if (endsAt > totalBytes - STREAM_WINDOW_BYTES) break;
      this.#sent.delete(number);
    }
    this.#waiting?.();
    this.#waiting = undefined;
  }

  /** Frames of a piece that the stub misses. */
  frames(number: number): readonly Uint8Array[] {
    return this.#sent.get(number)?.frames ?? [];
  }

  /** What is kept for a stub that misses it. */
  get keptBytes(): number {
    let bytes = 0;
    for (const { frames } of this.#sent.values()) for (const frame of frames) bytes += frame.byteLength;
    return bytes;
  }

  /** What was written, for display; it is let go of here. Undefined: nothing was. */
  takeAnswer(): StreamedAnswer | undefined {
    return this.#beginning.take();
  }

  /** Nobody takes the rest. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#waiting?.();
  }

  #gather(piece: Uint8Array): void {
    if (this.#gatheredBytes + piece.byteLength > CHUNK_BYTES) this.flush();
    this.#gathered.push(piece);
    this.#gatheredBytes += piece.byteLength;
    this.#bytes += piece.byteLength;
    const dueMs = this.#sentAt + GATHER_MS - this.#now();
    if (dueMs <= 0 || this.#gatheredBytes === CHUNK_BYTES) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), dueMs);
  }
}

import { LAMBDA } from '../protocol/limits.ts';
import { type Failure, oversizeFailure } from './outcome.ts';

export type AnswerTaker = {
  /** Absent: the pieces are gathered. */
  readonly onChunk: ((chunk: Uint8Array) => Promise<void>) | undefined;
  /** So many bytes were taken: the child may send as many again. */
  readonly credit: (bytes: number) => void;
  /** `onChunk` rejected: nobody takes the answer any more. */
  readonly abandon: () => void;
};

export type CollectedAnswer =
  | { readonly status: 'succeeded'; readonly payload: Uint8Array; readonly streamed: boolean }
  | Failure;

const NOTHING = new Uint8Array(0);

/**
 * Receives the streamed answer of one invocation: hands its pieces on, or gathers them, and lets the child go on as
 * they are taken. What is beyond Lambda's limit is not kept, but still let through, so that the handler ends and
 * its process stays usable.
 */
export class AnswerCollector {
  readonly #taker: AnswerTaker;
  readonly #limit: number;
  readonly #gathered: Uint8Array[] = [];
  #bytes = 0;
  #delivered: Promise<void> = Promise.resolve();

  constructor(taker: AnswerTaker) {
    this.#taker = taker;
    this.#limit = taker.onChunk ? LAMBDA.streamedResponseBytes : LAMBDA.responseBytes;
  }

  chunk(chunk: Uint8Array): void {
    const { onChunk, credit, abandon } = this.#taker;
    this.#bytes += chunk.byteLength;
    const within = this.#bytes <= this.#limit;
    if (within && onChunk) {
      this.#delivered = this.#delivered
        .then(() => onChunk(chunk))
        .then(() => credit(chunk.byteLength), abandon);
    } else {
      if (within) this.#gathered.push(chunk);
      credit(chunk.byteLength);
    }
  }

  /** The child has sent everything. Resolves when the last piece was taken, or abandoned. */
  async end(): Promise<CollectedAnswer> {
    await this.#delivered;
    if (this.#bytes > this.#limit) return oversizeFailure(this.#limit);
    const payload = this.#taker.onChunk ? NOTHING : Buffer.concat(this.#gathered);
    return { status: 'succeeded', payload, streamed: true };
  }
}

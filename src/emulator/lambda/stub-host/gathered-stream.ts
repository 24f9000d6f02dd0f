import { LAMBDA } from '../../../protocol/limits.ts';

/**
 * The pieces of a streamed answer for a caller of `Invoke` without streaming: Lambda gathers them, up to the size of
 * any other answer. What comes above is not kept.
 */
export class GatheredStream {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(limit: number = LAMBDA.responseBytes) {
    this.#limit = limit;
  }

  add(chunk: Uint8Array): void {
    this.#length += chunk.byteLength;
    if (this.#length <= this.#limit) this.#chunks.push(chunk);
    else this.#chunks.length = 0;
  }

  /** Undefined: more than the limit. */
  bytes(): Buffer | undefined {
    return this.#length <= this.#limit ? Buffer.concat(this.#chunks, this.#length) : undefined;
  }
}

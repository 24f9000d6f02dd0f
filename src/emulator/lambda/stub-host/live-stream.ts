import { LAMBDA } from '../../../protocol/limits.ts';

/**
 * The pieces of a streamed answer on their way to the emulator, one at a time: the next is sent when whoever reads the
 * answer has taken the last, so nothing gathers between them.
 */
export class LiveStream {
  readonly #send: (chunk: Uint8Array, contentType: string | undefined) => void;
  readonly #limit: number;
  #length = 0;
  #pending: PromiseWithResolvers<void> | undefined;
  #abandoned = false;

  constructor(
    send: (chunk: Uint8Array, contentType: string | undefined) => void,
    limit: number = LAMBDA.streamedResponseBytes,
  ) {
    this.#send = send;
    this.#limit = limit;
  }

  /** More than Lambda streams has come: what is above is not sent. */
  get isOversize(): boolean {
    return this.#length > this.#limit;
  }

  /** Resolves when it has been taken; rejects when nobody takes it any more. Not before the last has. */
  async add(chunk: Uint8Array, contentType: string | undefined): Promise<void> {
    if (this.#abandoned) throw abandoned();
    this.#length += chunk.byteLength;
    if (this.isOversize) return;
    this.#pending = Promise.withResolvers();
    this.#send(chunk, contentType);
    await this.#pending.promise;
  }

  taken(): void {
    this.#pending?.resolve();
  }

  abandon(): void {
    this.#abandoned = true;
    this.#pending?.reject(abandoned());
  }
}

function abandoned(): Error {
  return new Error('nobody takes the answer any more');
}

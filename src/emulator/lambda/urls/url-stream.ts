import type { ServerResponse } from 'node:http';
import type { AnswerStream } from '../invocation-service.ts';
import { writeChunk } from '../write-chunk.ts';
import type { UrlAnswerHead } from './url-answer.ts';
import { PRELUDE_TYPE, PreludeReader } from './url-prelude.ts';

const OCTET_STREAM = 'application/octet-stream';

/** A streamed answer on its way to the caller of a URL. Nothing is sent before its head is known. */
export class UrlStream implements AnswerStream {
  readonly #response: ServerResponse;
  readonly #headers: Readonly<Record<string, string>>;
  #contentType = OCTET_STREAM;
  #prelude: PreludeReader | undefined;
  #malformed = false;

  /** @param headers beside those of the handler */
  constructor(response: ServerResponse, headers: Readonly<Record<string, string>>) {
    this.#response = response;
    this.#headers = headers;
  }

  /** No HTTP answer can be made of what the handler has sent. */
  get isMalformed(): boolean {
    // A prelude that has no end is none.
    return this.#malformed || this.#prelude !== undefined;
  }

  onContentType(contentType: string): void {
    if (contentType === PRELUDE_TYPE) this.#prelude = new PreludeReader();
    else this.#contentType = contentType;
  }

  async onChunk(chunk: Uint8Array): Promise<void> {
    if (this.#prelude === undefined) return this.#write(chunk);
    const read = this.#prelude.push(chunk);
    if (read.type === 'incomplete') return;
    this.#prelude = undefined;
    if (read.type === 'malformed') {
      this.#malformed = true;
      throw new TypeError('expected a prelude with status and headers before the streamed answer');
    }
    this.#begin(read.head);
    if (read.rest.byteLength > 0) await this.#write(read.rest);
  }

  /** The handler has ended well. */
  end(): void {
    this.#begin(this.#ownHead());
    this.#response.end();
  }

  async #write(chunk: Uint8Array): Promise<void> {
    this.#begin(this.#ownHead());
    await writeChunk(this.#response, chunk);
  }

  #ownHead(): UrlAnswerHead {
    return { status: 200, headers: { 'content-type': this.#contentType } };
  }

  #begin({ status, headers }: UrlAnswerHead): void {
    if (this.#response.headersSent) return;
    const own = Object.entries(headers).map(([name, value]): [string, string | string[]] => [
      name,
      typeof value === 'string' ? value : [...value],
    ]);
    this.#response.writeHead(status, { ...Object.fromEntries(own), ...this.#headers });
    // The first byte of a body may be long in coming.
    this.#response.flushHeaders();
  }
}

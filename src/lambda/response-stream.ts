import { Writable } from 'node:stream';
import { RuntimeError } from './runtime-error.ts';

/** Where the bytes of a streamed answer go. */
export type StreamSink = {
  /** Once, before the first byte, or at the end of a stream without any. */
  readonly open: (contentType: string) => void;
  /** Calls back when more may come. */
  readonly write: (chunk: Uint8Array, callback: (error?: Error | null) => void) => void;
};

type WriteCallback = (error: Error | null | undefined) => void;

/** The `responseStream` of a streaming handler. */
export class ResponseStream extends Writable {
  readonly #sink: StreamSink;
  #contentType = 'application/octet-stream';
  #opened = false;

  /** Set by `HttpResponseStream.from`: what has to be written before the first chunk. */
  _onBeforeFirstWrite?: (write: (chunk: string | Uint8Array) => void) => void;

  constructor(sink: StreamSink, highWaterMark: number | undefined) {
    super({ decodeStrings: true, ...(highWaterMark === undefined ? {} : { highWaterMark }) });
    this.#sink = sink;
  }

  setContentType(contentType: string): void {
    if (this.#opened) {
      throw new RuntimeError('Runtime.InvalidStreamingOperation', 'Cannot set content-type, too late.');
    }
    this.#contentType = contentType;
  }

  /** Takes more than a stream does: what is neither text nor bytes is written as JSON. */
  override write(
    chunk: unknown,
    encoding?: BufferEncoding | WriteCallback,
    callback?: WriteCallback,
  ): boolean {
    const data = typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk : JSON.stringify(chunk);
    if (!this.#opened) {
      this.#open();
      this._onBeforeFirstWrite?.((piece) => super.write(piece));
    }
    return typeof encoding === 'string' ? super.write(data, encoding, callback) : super.write(data, encoding);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: WriteCallback): void {
    // Not through `write`: `end` with the first and only chunk. It has no prelude, on AWS neither.
    if (!this.#opened) this.#open();
    this.#sink.write(chunk, callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    if (!this.#opened) this.#open();
    callback();
  }

  #open(): void {
    this.#opened = true;
    this.#sink.open(this.#contentType);
  }
}

import { LAMBDA } from '../../protocol/limits.ts';
import { STREAM_WINDOW_BYTES } from '../channel/channel.ts';
import { encodeFrame, type FrameType } from '../channel/frame.ts';
import type { AnswerFacts, FailureFacts, LoadFacts } from '../channel/worker-message.ts';
import type { ControlPipe } from './control-pipe.ts';
import type { Parent } from './parent.ts';
import { writeFully } from './pipe-writer.ts';

/** A frame stays far below its limit: what one record or piece of a stream may hold. */
const PIECE = 256 * 1024;

/** The parent, over the pipes. */
export class PipeParent implements Parent {
  readonly #control: ControlPipe;
  readonly #descriptor: number;
  #invocation = 0;
  #window = STREAM_WINDOW_BYTES;
  /** Called back when there is room again. */
  #waiting: (() => void) | undefined;

  constructor(control: ControlPipe, descriptor: number) {
    this.#control = control;
    this.#descriptor = descriptor;
  }

  /** From now on everything belongs to this invocation. */
  begin(invocation: number): void {
    this.#invocation = invocation;
    this.#window = STREAM_WINDOW_BYTES;
    this.#waiting = undefined;
  }

  credit(invocation: number, bytes: number): void {
    if (invocation !== this.#invocation) return;
    this.#window += bytes;
    if (this.#window <= 0 || !this.#waiting) return;
    const resume = this.#waiting;
    this.#waiting = undefined;
    this.#control.holdOpen(false);
    resume();
  }

  ready(facts: LoadFacts): void {
    this.#send('ready', facts);
  }

  async loadFailed(errorType: string, payload: string | Uint8Array): Promise<void> {
    this.#send('load-failed', { errorType }, payload);
  }

  record(stream: 'stdout' | 'stderr', text: string): void {
    this.#sendText(stream === 'stdout' ? 'record-stdout' : 'record-stderr', text);
  }

  text(stream: 'stdout' | 'stderr', text: string): void {
    this.#sendText(stream === 'stdout' ? 'text-stdout' : 'text-stderr', text);
  }

  answer(json: string, facts: AnswerFacts | undefined): void {
    // A code unit is one byte at least: most answers need not be measured.
    const fits = json.length * 3 <= LAMBDA.responseBytes || Buffer.byteLength(json) <= LAMBDA.responseBytes;
    if (fits) this.#send('answer', facts, json);
    else this.#send('oversize', undefined);
  }

  async fail(facts: FailureFacts, payload: string | Uint8Array): Promise<void> {
    if (payload.length > LAMBDA.responseBytes) this.#send('oversize', undefined);
    else this.#send('error', facts, payload);
  }

  openStream(contentType: string): void {
    this.#send('stream', { contentType });
  }

  chunk(bytes: Uint8Array, callback: () => void): void {
    for (let start = 0; start < bytes.byteLength; start += PIECE) {
      this.#send('chunk', undefined, bytes.subarray(start, start + PIECE));
    }
    this.#window -= bytes.byteLength;
    if (this.#window > 0) {
      callback();
    } else {
      this.#waiting = callback;
      this.#control.holdOpen(true);
    }
  }

  endStream(facts: AnswerFacts | undefined): void {
    this.#send('end', facts);
  }

  holdOpen(open: boolean): void {
    this.#control.holdOpen(open);
  }

  #sendText(type: FrameType, text: string): void {
    if (text.length <= PIECE) {
      this.#send(type, undefined, text);
      return;
    }
    for (let start = 0; start < text.length; start += PIECE) {
      this.#send(type, undefined, text.slice(start, start + PIECE));
    }
  }

  #send(type: FrameType, header: unknown, payload?: string | Uint8Array): void {
    for (const piece of encodeFrame(type, this.#invocation, header, payload)) {
      writeFully(this.#descriptor, piece);
    }
  }
}

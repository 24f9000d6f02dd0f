import type { Readable, Writable } from 'node:stream';
import type { Channel, ChannelListener } from './channel.ts';
import { encodeFrame, FrameParser } from './frame.ts';
import { readOutput } from './read-output.ts';
import type { InvokeCommand, LoadCommand } from './worker-message.ts';
import { toWorkerMessage } from './worker-message-frame.ts';

export type PipeEnds = {
  /** Read by the child as descriptor 3. */
  readonly input: Writable;
  /** Written by the child as descriptor 4. */
  readonly output: Readable;
};

/** Frames over two pipes: a tenth of what HTTP costs, see docs/performance.md. */
export class PipeChannel implements Channel {
  readonly closed: Promise<void>;
  readonly #ends: PipeEnds;

  constructor(ends: PipeEnds, listener: ChannelListener) {
    this.#ends = ends;
    const parser = new FrameParser((frame) => listener.onMessage(toWorkerMessage(frame)));
    readOutput(ends, parser, listener);
    // A child that died leaves EPIPE or ECONNRESET: its end is told by `closed` and by its exit.
    ends.input.on('error', () => {});
    ends.output.on('error', () => {});
    this.closed = new Promise((resolve) => ends.output.once('close', resolve));
  }

  load(command: LoadCommand): void {
    this.#send(encodeFrame('load', 0, command));
  }

  invoke(invocation: number, command: InvokeCommand, event: Uint8Array): void {
    this.#send(encodeFrame('invoke', invocation, command, event));
  }

  credit(invocation: number, bytes: number): void {
    this.#send(encodeFrame('credit', invocation, { bytes }));
  }

  close(): void {
    this.#ends.input.destroy();
  }

  #send(pieces: readonly Uint8Array[]): void {
    if (this.#ends.input.destroyed) return;
    for (const piece of pieces) this.#ends.input.write(piece);
  }
}

import { Socket } from 'node:net';
import { type Frame, FrameParser } from '../channel/frame.ts';

/** The pipe from the parent. Its end is the parent's end. */
export class ControlPipe {
  readonly #socket: Socket;

  constructor(descriptor: number, onFrame: (frame: Frame) => void, onEnd: () => void) {
    const parser = new FrameParser(onFrame);
    this.#socket = new Socket({ fd: descriptor, readable: true, writable: false });
    this.#socket.on('data', (chunk: Buffer) => parser.push(chunk));
    this.#socket.once('close', onEnd);
    // Reported as `close` as well.
    this.#socket.on('error', () => {});
  }

  holdOpen(open: boolean): void {
    if (open) this.#socket.ref();
    else this.#socket.unref();
  }
}

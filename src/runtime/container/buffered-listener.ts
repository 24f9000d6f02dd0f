import type { RuntimeProcessListener } from '../runtime-process.ts';

/** More than a start prints is not kept for somebody who may never come. */
const MOST_OUTPUT_BYTES = 262_144;

/** Keeps what a process says until there is somebody to hear it. */
export class BufferedListener implements RuntimeProcessListener {
  #listener: RuntimeProcessListener | undefined;
  #kept: ((listener: RuntimeProcessListener) => void)[] = [];
  #bytes = 0;

  attach(listener: RuntimeProcessListener): void {
    this.#listener = listener;
    for (const tell of this.#kept.splice(0)) tell(listener);
  }

  readonly onMessage: RuntimeProcessListener['onMessage'] = (message) =>
    this.#tell(({ onMessage }) => onMessage(message));

  readonly onBroken: RuntimeProcessListener['onBroken'] = (problem) =>
    this.#tell(({ onBroken }) => onBroken(problem));

  readonly onNotStarted: RuntimeProcessListener['onNotStarted'] = (failure) =>
    this.#tell(({ onNotStarted }) => onNotStarted(failure));

  readonly onOutput: RuntimeProcessListener['onOutput'] = (stream, chunk) => {
    if (this.#listener === undefined) {
      this.#bytes += chunk.byteLength;
      if (this.#bytes > MOST_OUTPUT_BYTES) return;
    }
    this.#tell(({ onOutput }) => onOutput(stream, chunk));
  };

  #tell(tell: (listener: RuntimeProcessListener) => void): void {
    if (this.#listener === undefined) this.#kept.push(tell);
    else tell(this.#listener);
  }
}

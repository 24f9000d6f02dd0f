import type { MissingFrames, Reassembler } from '../protocol/reassembler.ts';
import type { Side } from '../protocol/seal.ts';

/** While messages are incomplete: asks for their missing frames, and lets go of those that never come. */
export class MissingWatch {
  readonly #reassembler: Reassembler<Side>;
  readonly #afterMs: number;
  readonly #onMissing: (missing: MissingFrames) => void;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: {
    readonly reassembler: Reassembler<Side>;
    /** The pause between frames after which the rest is asked for. */
    readonly afterMs: number;
    readonly onMissing: (missing: MissingFrames) => void;
    readonly now?: () => number;
  }) {
    this.#reassembler = options.reassembler;
    this.#afterMs = options.afterMs;
    this.#onMissing = options.onMissing;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Call it after a frame that left its message incomplete. */
  arm(): void {
    if (this.#closed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#check(), this.#afterMs);
    // The stub must not keep an environment awake for it; the others have a socket.
    this.#timer.unref();
  }

  /** Ends asking; whatever is armed later is not. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #check(): void {
    this.#timer = undefined;
    const now = this.#now();
    this.#reassembler.expire(now);
    for (const missing of this.#reassembler.missing(now, this.#afterMs)) this.#onMissing(missing);
    if (this.#reassembler.pending.messages > 0) this.arm();
  }
}

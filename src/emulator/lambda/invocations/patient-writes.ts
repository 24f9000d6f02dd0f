import { clockDelay } from '../../clock-delay.ts';
import type { EmulatorClock } from '../../emulator-clock.ts';
import { isStateFailure } from '../../state/state-error.ts';

const AGAIN_MS = 5_000;

/** Writes to a state that may refuse them for a while, as on a full disk: what was acknowledged must not get lost by that. */
export class PatientWrites {
  readonly #clock: EmulatorClock;
  readonly #onNotice: (text: string) => void;
  readonly #closing = new AbortController();
  #isTold = false;

  constructor(options: { readonly clock: EmulatorClock; readonly onNotice: (text: string) => void }) {
    this.#clock = options.clock;
    this.#onNotice = options.onNotice;
  }

  /** Again and again until the state takes it, or this is closed. Rejects with other errors at once. */
  async write(change: () => void | Promise<void>): Promise<void> {
    for (;;) {
      try {
        await change();
        this.#isTold = false;
        return;
      } catch (error) {
        if (!isStateFailure(error) || this.#closing.signal.aborted) throw error;
        await this.pause(error);
      }
    }
  }

  /** Until it is worth another try. An outage is told once. */
  pause(error: unknown): Promise<void> {
    if (!this.#isTold) {
      const why = error instanceof Error ? error.message : String(error);
      this.#onNotice(
        `Asynchronous invocations wait for the emulator’s state, which refuses what is written to it: ${why}`,
      );
    }
    this.#isTold = true;
    return clockDelay(this.#clock, AGAIN_MS, this.#closing.signal);
  }

  /** What waits is tried once more, and then rejects. Idempotent. */
  close(): void {
    this.#closing.abort();
  }
}

import { isStateFailure } from '../state/state-error.ts';

/** What is tried again when the state has refused it. */
export const STATE_RETRY_MS = 5_000;

/** Tells once that the state refuses what is written to it, as on a full disk, and not at each try. */
export class StateOutage {
  readonly #onNotice: (text: string) => void;
  readonly #onDefect: (error: unknown) => void;
  #isTold = false;

  constructor(options: {
    readonly onNotice: (text: string) => void;
    readonly onDefect: (error: unknown) => void;
  }) {
    this.#onNotice = options.onNotice;
    this.#onDefect = options.onDefect;
  }

  /** Whether it is worth another try. Anything else than the state's refusal is a defect, and told as one. */
  tell(error: unknown): boolean {
    if (!isStateFailure(error)) {
      this.#onDefect(error);
      return false;
    }
    const why = error instanceof Error ? error.message : String(error);
    if (!this.#isTold) {
      this.#onNotice(`Schedules wait for the emulator’s state, which refuses what is written to it: ${why}`);
    }
    this.#isTold = true;
    return true;
  }

  over(): void {
    this.#isTold = false;
  }
}

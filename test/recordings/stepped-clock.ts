import type { EmulatorClock } from '../../src/emulator/emulator-clock.ts';

type Timer = { readonly at: number; readonly callback: () => void };

/** The time of this machine, and whatever a test has skipped of it: minutes of waiting pass at once. */
export class SteppedClock implements EmulatorClock {
  #skippedMs = 0;
  readonly #timers = new Map<Timer, NodeJS.Timeout>();

  get skippedMs(): number {
    return this.#skippedMs;
  }

  now(): number {
    return Date.now() + this.#skippedMs;
  }

  schedule(callback: () => void, delayMs: number): () => void {
    const timer: Timer = { at: this.now() + Math.max(0, delayMs), callback };
    this.#start(timer);
    return () => {
      clearTimeout(this.#timers.get(timer));
      this.#timers.delete(timer);
    };
  }

  /** Goes on to the next thing that is to happen within that time; says whether there is one. */
  skipToNext(withinMs: number): boolean {
    const times = [...this.#timers.keys()].map(({ at }) => at);
    const next = Math.min(...times);
    const now = this.now();
    if (next > now + withinMs) return false;
    this.#skippedMs += Math.max(0, Math.ceil(next - now));
    for (const timer of [...this.#timers.keys()]) {
      clearTimeout(this.#timers.get(timer));
      this.#start(timer);
    }
    return true;
  }

  #start(timer: Timer): void {
    const fire = (): void => {
      this.#timers.delete(timer);
      timer.callback();
    };
    const delayMs = Math.min(Math.max(0, timer.at - this.now()), 2_147_483_647);
    this.#timers.set(timer, setTimeout(fire, delayMs).unref());
  }
}

/** Time in the emulator: retries, visibility timeouts and windows last minutes, and tests do not wait. */
export interface EmulatorClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Does not keep the process alive. Gives what cancels it. */
  schedule(callback: () => void, delayMs: number): () => void;
}

/** Longer delays overflow Node's timers, which then fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

export const SYSTEM_CLOCK: EmulatorClock = {
  now: () => Date.now(),
  schedule(callback, delayMs) {
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS)).unref();
    return () => clearTimeout(timer);
  },
};

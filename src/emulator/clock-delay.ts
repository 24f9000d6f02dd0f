import type { EmulatorClock } from './emulator-clock.ts';

/** Resolves after the time, or when it is aborted. */
export function clockDelay(clock: EmulatorClock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (): void => {
    cancel();
    signal.removeEventListener('abort', end);
    resolve();
  };
  const cancel = clock.schedule(end, delayMs);
  signal.addEventListener('abort', end, { once: true });
  return promise;
}

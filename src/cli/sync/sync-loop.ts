import { setTimeout as pause } from 'node:timers/promises';
import { isLlxError, type LlxError } from '../../errors/llx-error.ts';
import { backoff } from '../../transport/backoff.ts';

export type LoopOptions = {
  readonly round: () => Promise<void>;
  /** Milliseconds between two rounds. */
  readonly everyMs: number;
  readonly signal: AbortSignal;
  /** Once for each failure that is another one than before. */
  readonly onLost: (error: LlxError) => void;
  readonly onBack: () => void;
  /** Resolves after so many milliseconds; rejects with the signal. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  readonly random?: () => number;
};

/**
 * Round after round until the signal. After one that failed as a whole the next comes after a back-off, which is never longer
 * than the interval. Rejects with what is no LlxError.
 */
export async function syncLoop({
  round,
  everyMs,
  signal,
  onLost,
  onBack,
  ...options
}: LoopOptions): Promise<void> {
  const { wait = (ms, abort) => pause(ms, undefined, { signal: abort }), random = Math.random } = options;
  let failures = 0;
  let told: string | undefined;
  while (!signal.aborted) {
    try {
      await round();
      if (told !== undefined) onBack();
      failures = 0;
      told = undefined;
    } catch (error) {
      if (signal.aborted) return;
      if (!isLlxError(error)) throw error;
      failures += 1;
      const text = `${error.code} ${error.message}`;
      if (text !== told) onLost(error);
      told = text;
    }
    const ms = failures === 0 ? everyMs : Math.min(everyMs, backoff(failures, random));
    await wait(ms, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

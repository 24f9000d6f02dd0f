import { setTimeout } from 'node:timers/promises';

export type RoundTripOptions = {
  /** Milliseconds to the broker and back; undefined: no answer in time. */
  readonly ping: () => Promise<number | undefined>;
  readonly tell: (milliseconds: number | undefined) => void;
  readonly signal: AbortSignal;
  /** Between an answer and the next question; a fifth of it while there is none. @default 5000 */
  readonly intervalMs?: number;
};

/** Asks again and again how long the way to the broker is. Resolves when the signal is aborted. */
export async function watchRoundTrip({
  ping,
  tell,
  signal,
  intervalMs = 5_000,
}: RoundTripOptions): Promise<void> {
  while (!signal.aborted) {
    // A connection that is being made has no round trip: the header says how it stands.
    const measured = await ping().catch(() => undefined);
    if (signal.aborted) return;
    tell(measured);
    const pause = measured === undefined ? intervalMs / 5 : intervalMs;
    await setTimeout(pause, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

import { setTimeout as wait } from 'node:timers/promises';
import type { LoadShape } from '../load.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { World } from '../world.ts';

export type Scenario = {
  readonly name: string;
  readonly shape: Omit<LoadShape, 'calls'>;
  /** Of the full run, and of the short one, which leaves out a scenario without. */
  readonly calls: { readonly full: number; readonly short?: number };
  /** The callers' lines, or the API itself, are disturbed. */
  readonly lostCallers?: boolean;
  /** Injects faults until the signal says that the load is over. Heals nothing: that is done afterwards. */
  readonly disturb: (disturbance: Disturbance) => Promise<void>;
};

export type Disturbance = {
  readonly world: World;
  readonly random: SeededRandom;
  readonly signal: AbortSignal;
};

/** Again and again, with a pause that the seed chooses, until the load is over. */
export async function repeatedly(
  { random, signal }: Disturbance,
  pauseMs: { readonly from: number; readonly to: number },
  fault: () => Promise<void> | void,
): Promise<void> {
  for (;;) {
    await pause(random.integer(pauseMs.from, pauseMs.to), signal);
    if (signal.aborted) return;
    await fault();
  }
}

/** Ends early when the load is over. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}

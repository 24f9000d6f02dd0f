import { setTimeout as wait } from 'node:timers/promises';
import type { LoadShape } from '../load.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Access, Lines } from '../wire/lines.ts';
import type { World } from '../world.ts';

export type Scenario = {
  readonly name: string;
  /** @default 'mqtt' */
  readonly access?: Access;
  readonly shape: LoadShape;
  /** At the least, in the full run and in the short one, which leaves out a scenario without. */
  readonly calls: Extent;
  /** How often the fault is injected; the callers go on until then. None: its rates are all. */
  readonly rounds?: Extent;
  /** The callers' lines, or the API itself, are disturbed. */
  readonly lostCallers?: boolean;
  /** Something stands still for so long that functions time out. */
  readonly timeouts?: boolean;
  /** Before the load: the rates of what meets every message. */
  readonly prepare?: (lines: Lines) => void;
  /** One fault, or a pair of one and its end. */
  readonly disturb?: (disturbance: Disturbance) => Promise<void> | void;
  /** Before each of them, in milliseconds. */
  readonly pauseMs?: { readonly from: number; readonly to: number };
};

type Extent = { readonly full: number; readonly short?: number };

export type Disturbance = { readonly world: World; readonly random: SeededRandom };

const PAUSE_MS = { from: 200, to: 1_500 };

/** Injects the faults of a scenario, one after the other. */
export async function disturb(scenario: Scenario, rounds: number, disturbance: Disturbance): Promise<void> {
  const { random } = disturbance;
  const { from, to } = scenario.pauseMs ?? PAUSE_MS;
  for (let round = 0; round < rounds; round++) {
    await wait(random.integer(from, to));
    await scenario.disturb?.(disturbance);
  }
}

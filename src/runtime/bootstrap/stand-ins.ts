import type { FixedValues } from '../invocation.ts';
import { ChanceStandIns } from './chance-stand-ins.ts';
import { StandingClock } from './standing-clock.ts';

/** What a handler finds in the place of the time and of chance. While nothing is fixed, it finds Node's own behind it. */
export class StandIns {
  readonly #clock = new StandingClock();
  readonly #chance = new ChanceStandIns();

  /** Before the handler's code is loaded. */
  constructor() {
    this.#clock.install();
    this.#chance.install();
  }

  /** At the begin of each invocation: they are the same whatever ran in this process before. */
  set({ epochMs, seed }: FixedValues = {}): void {
    this.#clock.set(epochMs);
    this.#chance.set(seed);
  }
}

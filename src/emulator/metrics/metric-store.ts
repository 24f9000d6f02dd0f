import type { EmulatorClock } from '../emulator-clock.ts';
import type { State } from '../state/state.ts';

/** Metrics by the minute, on disk, for fifteen days. */
export class MetricStore {
  constructor(_options: { readonly state: State; readonly clock: EmulatorClock }) {}

  /** Idempotent. The state is closed by whoever opened it. */
  close(): void {}
}

import type { EmulatorClock } from '../emulator-clock.ts';
import type { InvocationEvent } from '../lambda/invocation-event.ts';
import type { MetricStore } from './metric-store.ts';

/** Counts Lambda's invocations: an array push on their path, the rest once a second. */
export class InvocationMetrics {
  constructor(_options: { readonly clock: EmulatorClock }) {}

  /** For `InvocationService.observe`. */
  readonly observe = (_event: InvocationEvent): void => undefined;

  /** From now on minutes are kept; those that have gathered, at once. */
  attach(_store: MetricStore): void {}

  /** Hands what has gathered to the store. */
  flush(): void {}

  /** Idempotent. */
  close(): void {}
}

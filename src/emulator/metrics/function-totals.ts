/** Upper bounds in seconds, from a warm handler that does nothing to Lambda's longest timeout. */
export const DURATION_BOUNDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900,
];

/** What a function did since the emulator started: numbers that only grow, as Prometheus wants them. */
export class FunctionTotals {
  running = 0;
  invocations = 0;
  errors = 0;
  throttles = 0;
  durationSeconds = 0;
  /** By DURATION_BOUNDS; those above the last bound stand only in `invocations`. */
  readonly durationCounts: number[] = DURATION_BOUNDS.map(() => 0);
  /** By the names of Lambda's metrics: `AsyncEventsReceived`. */
  readonly async = new Map<string, number>();

  end(durationMs: number, failed: boolean): void {
    this.running -= 1;
    this.invocations += 1;
    if (failed) this.errors += 1;
    const seconds = durationMs / 1_000;
    this.durationSeconds += seconds;
    const index = DURATION_BOUNDS.findIndex((bound) => seconds <= bound);
    if (index >= 0) this.durationCounts[index] = (this.durationCounts[index] ?? 0) + 1;
  }

  countAsync(metric: string): void {
    this.async.set(metric, (this.async.get(metric) ?? 0) + 1);
  }
}

import type { Dimension, MetricMinute } from './metric-store.ts';
import { ValueDistribution } from './value-distribution.ts';

const NAMESPACE = 'AWS/Lambda';

/** What a function did in one minute, or one of its versions and aliases, or all functions together. */
export class FunctionActivity {
  readonly dimensions: readonly Dimension[];
  /** Epoch milliseconds of its beginning. */
  readonly minute: number;
  invocations = 0;
  errors = 0;
  throttles = 0;
  readonly durations = new ValueDistribution();
  readonly concurrency = new ValueDistribution();
  /** What is counted only where it happens: `AsyncEventAge`, in milliseconds, and `AsyncEventsReceived`. */
  readonly others = new Map<string, ValueDistribution>();

  constructor(dimensions: readonly Dimension[], minute: number) {
    this.dimensions = dimensions;
    this.minute = minute;
  }

  other(metric: string): ValueDistribution {
    const known = this.others.get(metric);
    if (known !== undefined) return known;
    const values = new ValueDistribution();
    this.others.set(metric, values);
    return values;
  }

  /** As Lambda reports it: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
  metrics(): readonly MetricMinute[] {
    const { dimensions, minute } = this;
    return [...this.#values()].map(([name, unit, values]) => ({
      metric: { namespace: NAMESPACE, name, dimensions },
      minute,
      unit,
      values,
    }));
  }

  *#values(): Generator<readonly [name: string, unit: string, values: ValueDistribution]> {
    const { invocations, errors, throttles } = this;
    if (invocations > 0) {
      yield ['Invocations', 'Count', new ValueDistribution().add(1, invocations)];
      // One value for each invocation, so that the average is the rate of errors.
      yield ['Errors', 'Count', new ValueDistribution().add(0, invocations - errors).add(1, errors)];
      yield ['Duration', 'Milliseconds', this.durations];
    }
    const calls = invocations + throttles;
    if (calls > 0) {
      yield ['Throttles', 'Count', new ValueDistribution().add(0, invocations).add(1, throttles)];
    }
    if (this.concurrency.count > 0) yield ['ConcurrentExecutions', 'Count', this.concurrency];
    for (const [name, values] of this.others) {
      yield [name, name === 'AsyncEventAge' ? 'Milliseconds' : 'Count', values];
    }
  }
}

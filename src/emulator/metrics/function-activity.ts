import { type Dimension, type MetricMinute, MINUTE_MS } from './metric-store.ts';
import { ValueDistribution } from './value-distribution.ts';

const NAMESPACE = 'AWS/Lambda';

/** What one function did in one minute, called by one of its names. */
export class FunctionActivity {
  readonly functionName: string;
  /** The name it was called by: `orders`, `orders:live`. */
  readonly resource: string;
  readonly minute: number;
  invocations = 0;
  errors = 0;
  throttles = 0;
  readonly durations = new ValueDistribution();
  readonly concurrency = new ValueDistribution();
  /** Of all functions together, when this one was called. */
  readonly totalConcurrency = new ValueDistribution();
  /** What is counted only where it happens: `AsyncEventAge`, in milliseconds, and `AsyncEventsReceived`. */
  readonly others = new Map<string, ValueDistribution>();

  constructor(functionName: string, resource: string, at: number) {
    this.functionName = functionName;
    this.resource = resource;
    this.minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  }

  other(metric: string): ValueDistribution {
    const known = this.others.get(metric);
    if (known !== undefined) return known;
    const values = new ValueDistribution();
    this.others.set(metric, values);
    return values;
  }

  /**
   * As Lambda reports it: for the function, for the name it was called by, and for all functions together.
   * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
   */
  metrics(): readonly MetricMinute[] {
    const sets: Dimension[][] = [
      [{ name: 'FunctionName', value: this.functionName }],
      [
        { name: 'FunctionName', value: this.functionName },
        { name: 'Resource', value: this.resource },
      ],
      [],
    ];
    return [...this.#values()].flatMap(([name, unit, values]) =>
      sets.map((dimensions) => ({
        metric: { namespace: NAMESPACE, name, dimensions },
        minute: this.minute,
        unit,
        values: values === this.concurrency && dimensions.length === 0 ? this.totalConcurrency : values,
      })),
    );
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

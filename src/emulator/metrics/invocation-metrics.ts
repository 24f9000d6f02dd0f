import type { DropCounter } from '../../protocol/drops.ts';
import type { EmulatorClock } from '../emulator-clock.ts';
import type { InvocationEvent } from '../lambda/invocation-event.ts';
import { FunctionActivity } from './function-activity.ts';
import { FunctionTotals } from './function-totals.ts';
import { type Dimension, type MetricStore, MINUTE_MS } from './metric-store.ts';

const FLUSH_MS = 60_000;
/** Gathered before they are counted: so memory stays bounded between two flushes. */
const MAX_SAMPLES = 5_000;
/** Functions times minutes, while there is no store to take them. */
const MAX_ACTIVITIES = 20_000;

/** What of an event is counted. It holds nothing of the invocation's own event, which may have 6 MB. */
type Sample = {
  readonly type: InvocationEvent['type'];
  readonly functionName: string;
  /** `orders:live`, where the caller named a version or alias. */
  readonly resource?: string;
  readonly at: number;
  readonly value?: number;
  readonly failed?: boolean;
  readonly metric?: string;
};

/**
 * Lambda's metrics. On the path of an invocation stands one push to an array; counting happens once a minute, or
 * when somebody asks. A crash loses at most the last minute.
 */
export class InvocationMetrics {
  readonly #clock: EmulatorClock;
  readonly #drops: DropCounter;
  #samples: Sample[] = [];
  readonly #activities = new Map<string, FunctionActivity>();
  readonly #totals = new Map<string, FunctionTotals>();
  #store: MetricStore | undefined;
  #cancelFlush: (() => void) | undefined;
  #running = 0;
  #closed = false;

  constructor(options: { readonly clock: EmulatorClock; readonly drops: DropCounter }) {
    this.#clock = options.clock;
    this.#drops = options.drops;
  }

  /** For `InvocationService.observe`. */
  readonly observe = (event: InvocationEvent): void => {
    const sample = sampleOf(event);
    if (sample === undefined || this.#closed) return;
    this.#samples.push(sample);
    if (this.#samples.length >= MAX_SAMPLES) this.#count();
    this.#cancelFlush ??= this.#clock.schedule(() => this.flush(), FLUSH_MS);
  };

  /** From now on minutes are kept; those that have gathered, at once. */
  attach(store: MetricStore): void {
    this.#store = store;
    this.flush();
  }

  /** Of each function, since the emulator started. */
  totals(): ReadonlyMap<string, FunctionTotals> {
    this.#count();
    return this.#totals;
  }

  /** Hands what has gathered to the store: before metrics are read. */
  flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#count();
    if (this.#store === undefined) return;
    const minutes = [...this.#activities.values()].flatMap((activity) => activity.metrics());
    this.#activities.clear();
    try {
      this.#store.add(minutes);
    } catch (error) {
      // A full disk must not end the emulator.
      this.#drops.drop('store-full', `the metrics of the last minute: ${String(error)}`);
    }
  }

  /** Hands over what has gathered. Idempotent; what happens later is not counted. */
  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
  }

  #count(): void {
    const samples = this.#samples;
    this.#samples = [];
    for (const sample of samples) this.#countSample(sample);
  }

  #countSample(sample: Sample): void {
    const { type, functionName, value = 1, failed = false, metric } = sample;
    const totals = this.#totalsOf(functionName);
    if (type === 'started') {
      totals.running += 1;
      this.#running += 1;
    } else if (type === 'ended') {
      totals.end(value, failed);
      this.#running -= 1;
    } else if (type === 'throttled') totals.throttles += 1;
    else if (type === 'async' && metric !== undefined) totals.countAsync(metric);
    for (const activity of this.#activitiesOf(sample)) {
      switch (type) {
        case 'started':
          activity.concurrency.add(activity.dimensions.length === 0 ? this.#running : totals.running);
          break;
        case 'ended':
          activity.invocations += 1;
          activity.durations.add(value);
          if (failed) activity.errors += 1;
          break;
        case 'throttled':
          activity.throttles += 1;
          break;
        default:
          if (metric !== undefined) activity.other(metric).add(value);
      }
    }
  }

  #totalsOf(functionName: string): FunctionTotals {
    const known = this.#totals.get(functionName);
    if (known !== undefined) return known;
    const totals = new FunctionTotals();
    this.#totals.set(functionName, totals);
    return totals;
  }

  /** Of all functions, of this one, and of its version or alias where the caller named one. */
  #activitiesOf({ functionName, resource, at }: Sample): readonly FunctionActivity[] {
    const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    const ofFunction = { name: 'FunctionName', value: functionName };
    const activities = [
      this.#activityOf(`${minute}`, minute, () => []),
      this.#activityOf(`${minute} ${functionName}`, minute, () => [ofFunction]),
      resource === undefined
        ? undefined
        : this.#activityOf(`${minute} ${resource}`, minute, () => [
            ofFunction,
            { name: 'Resource', value: resource },
          ]),
    ];
    return activities.filter((activity) => activity !== undefined);
  }

  #activityOf(
    key: string,
    minute: number,
    dimensions: () => readonly Dimension[],
  ): FunctionActivity | undefined {
    const known = this.#activities.get(key);
    if (known !== undefined) return known;
    if (this.#activities.size >= MAX_ACTIVITIES) {
      this.#drops.drop('store-full', 'the metrics of a function in one minute');
      return undefined;
    }
    const activity = new FunctionActivity(dimensions(), minute);
    this.#activities.set(key, activity);
    return activity;
  }
}

function sampleOf(event: InvocationEvent): Sample | undefined {
  switch (event.type) {
    case 'started':
    case 'ended': {
      const { resolved } = event.call;
      const resource = qualifiedName(resolved.invokedArn);
      const sample = {
        type: event.type,
        functionName: resolved.deployed.spec.name,
        at: event.at,
        ...(resource === undefined ? {} : { resource }),
      };
      if (event.type === 'started') return sample;
      const { result } = event;
      // What the emulator's end has stopped is no error of the function.
      const failed = result.status === 'failed' && result.failure !== 'aborted';
      return { ...sample, value: result.durationMs, failed };
    }
    case 'throttled':
      return event;
    case 'async':
      return event;
    case 'async-age':
      return { ...event, metric: 'AsyncEventAge', value: event.ageMs };
    case 'recursive':
      return { ...event, metric: 'RecursiveInvocationsDropped' };
    default:
      return undefined;
  }
}

const FUNCTION = ':function:';

/** `orders:live`; undefined without version and alias. */
function qualifiedName(arn: string): string | undefined {
  const start = arn.indexOf(FUNCTION) + FUNCTION.length;
  return arn.includes(':', start) ? arn.slice(start) : undefined;
}

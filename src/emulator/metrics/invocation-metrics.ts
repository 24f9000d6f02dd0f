import type { DropCounter } from '../../protocol/drops.ts';
import type { EmulatorClock } from '../emulator-clock.ts';
import type { InvocationEvent } from '../lambda/invocation-event.ts';
import { FunctionActivity } from './function-activity.ts';
import { FunctionTotals } from './function-totals.ts';
import type { MetricStore } from './metric-store.ts';

const FLUSH_MS = 60_000;
/** Gathered before they are counted: so memory stays bounded between two flushes. */
const MAX_SAMPLES = 5_000;
/** Functions times minutes, while there is no store to take them. */
const MAX_ACTIVITIES = 20_000;

/** What of an event is counted. It holds nothing of the invocation's own event, which may have 6 MB. */
type Sample = {
  readonly type: InvocationEvent['type'];
  readonly functionName: string;
  readonly invokedArn?: string;
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
    this.#store.add(minutes);
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
    const { type, functionName, at, value = 1 } = sample;
    const totals = this.#totalsOf(functionName);
    const activity = this.#activityOf(functionName, resourceOf(sample), at);
    switch (type) {
      case 'started':
        totals.running += 1;
        this.#running += 1;
        activity?.concurrency.add(totals.running);
        activity?.totalConcurrency.add(this.#running);
        return;
      case 'ended':
        this.#running -= 1;
        totals.end(value, sample.failed === true);
        if (activity === undefined) return;
        activity.invocations += 1;
        activity.durations.add(value);
        if (sample.failed === true) activity.errors += 1;
        return;
      case 'throttled':
        totals.throttles += 1;
        if (activity !== undefined) activity.throttles += 1;
        return;
      default:
        if (sample.metric === undefined) return;
        if (type === 'async') totals.countAsync(sample.metric);
        activity?.other(sample.metric).add(value);
    }
  }

  #totalsOf(functionName: string): FunctionTotals {
    const known = this.#totals.get(functionName);
    if (known !== undefined) return known;
    const totals = new FunctionTotals();
    this.#totals.set(functionName, totals);
    return totals;
  }

  #activityOf(functionName: string, resource: string, at: number): FunctionActivity | undefined {
    const activity = new FunctionActivity(functionName, resource, at);
    const key = `${resource} ${activity.minute}`;
    const known = this.#activities.get(key);
    if (known !== undefined) return known;
    if (this.#activities.size >= MAX_ACTIVITIES) {
      this.#drops.drop('store-full', `the metrics of ${functionName} in one minute`);
      return undefined;
    }
    this.#activities.set(key, activity);
    return activity;
  }
}

function sampleOf(event: InvocationEvent): Sample | undefined {
  switch (event.type) {
    case 'started':
    case 'ended': {
      const { resolved } = event.call;
      const sample = {
        type: event.type,
        functionName: resolved.deployed.spec.name,
        invokedArn: resolved.invokedArn,
        at: event.at,
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

/** `orders`, or with the version or alias that the caller named: `orders:live`. */
function resourceOf({ functionName, invokedArn }: Sample): string {
  if (invokedArn === undefined) return functionName;
  return invokedArn.slice(invokedArn.indexOf(':function:') + ':function:'.length);
}

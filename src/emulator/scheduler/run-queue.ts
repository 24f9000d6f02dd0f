import type { EmulatorClock } from '../emulator-clock.ts';
import type { State } from '../state/state.ts';
import { isStateFailure } from '../state/state-error.ts';
import { type Run, RunStore } from './run-store.ts';
import { STATE_RETRY_MS, StateOutage } from './state-outage.ts';
import type { ExhaustedCondition, TimetableEntry } from './timetable-entry.ts';

export type RunQueueOptions = {
  readonly state: State;
  readonly clock: EmulatorClock;
  /** Whether an asynchronous invocation has not ended. */
  readonly isPending: (requestId: string) => boolean;
  readonly onNotice: (text: string) => void;
  readonly onDefect: (error: unknown) => void;
};

/** Whose runs these are. */
type Entries = {
  readonly find: (key: string) => TimetableEntry | undefined;
  /** A run has ended, delivered or given up. */
  readonly onEnded: (key: string) => void;
};

/** A timer stands still while the machine sleeps, and its clock may be set: so often the time is looked at. */
export const LONGEST_WAIT_MS = 60_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 300_000;
/** Of one entry with the policy `queue`. */
const MOST_QUEUED = 100;

/** The runs of all schedules between the time at which they are due and their end. */
export class RunQueue {
  readonly #options: RunQueueOptions;
  readonly #entries: Entries;
  readonly #store: RunStore;
  readonly #deliveries = new Map<string, { readonly key: string; readonly settled: Promise<void> }>();
  /** By their execution ids: those whose end is waited for. */
  readonly #running: Map<string, Run>;
  /** How many runs of a key were left out since the one began that runs. */
  readonly #skipped = new Map<string, number>();
  #cancel: (() => void) | undefined;
  #isClosed = false;
  readonly #outage: StateOutage;

  constructor(options: RunQueueOptions, entries: Entries) {
    this.#options = options;
    this.#entries = entries;
    this.#outage = new StateOutage(options);
    this.#store = new RunStore(options.state);
    this.#running = new Map(this.#store.running().map((run) => [run.executionId, run]));
  }

  /** In the transaction of whoever calls it. A run that may not overlap is left out, and told. */
  add(entry: TimetableEntry, scheduledAt: number, delayMs: number): void {
    const { key, policy, isFollowed } = entry;
    const others = isFollowed && policy.overlap !== 'parallel' ? this.#store.countOf(key) : 0;
    if (others > 0 && (policy.overlap === 'skip' || others > MOST_QUEUED)) {
      this.#skip(entry, scheduledAt);
      return;
    }
    this.#store.add({ key, scheduledAt, dueAt: scheduledAt + delayMs, executionId: crypto.randomUUID() });
  }

  /** Delivers what is due, and what comes to be due. Does not throw. */
  deliver(): void {
    if (this.#isClosed) return;
    this.#guarded(() => {
      const now = this.#options.clock.now();
      for (const run of this.#store.due(now)) {
        if (this.#deliveries.has(run.executionId)) continue;
        const entry = this.#entries.find(run.key);
        if (entry === undefined) this.#store.delete(run.id);
        else if (!this.#mustWait(entry)) this.#begin(run, entry);
      }
      this.#wakeAt(this.#store.nextDueAfter(now));
    });
  }

  /** An asynchronous invocation has ended, and is not tried again. Does not throw. */
  ended(requestId: string): void {
    const run = this.#running.get(requestId);
    if (run !== undefined) this.#guarded(() => this.#end(run));
  }

  /** Those that an earlier run of the emulator has handed over, and was killed before it could write that. Does not throw. */
  adopt(): void {
    this.#guarded(() => {
      for (const run of this.#store.due(this.#options.clock.now())) {
        const entry = this.#entries.find(run.key);
        // Of several targets only the first is known by the run's own id.
        if (entry?.isFollowed !== true || !this.#options.isPending(run.executionId)) continue;
        this.#delivered(run, entry);
      }
    });
  }

  /** Some may have ended without a word: with an earlier run of the emulator, or with their function. */
  checkRunning(): void {
    const gone = [...this.#running.values()].filter((run) => !this.#options.isPending(run.executionId));
    for (const run of gone) this.#guarded(() => this.#end(run));
  }

  /** Waiting and running. */
  countOf(key: string): number {
    return this.#store.countOf(key);
  }

  /** What waits is not delivered any more; what runs still keeps others away. Gives how many waited. */
  drop(key: string): number {
    const waiting = this.#store.waitingOf(key).filter((run) => !this.#deliveries.has(run.executionId));
    for (const { id } of waiting) this.#store.delete(id);
    return waiting.length;
  }

  /** Takes nothing more up, and waits for the deliveries that are under way. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    await Promise.all([...this.#deliveries.values()].map(({ settled }) => settled));
  }

  #mustWait({ key, policy, isFollowed }: TimetableEntry): boolean {
    if (!isFollowed || policy.overlap === 'parallel') return false;
    const busy = [...this.#deliveries.values(), ...this.#running.values()];
    return busy.some((one) => one.key === key);
  }

  #begin(run: Run, entry: TimetableEntry): void {
    const settled = this.#deliver(run, entry)
      .catch((error: unknown) => this.#refused(error))
      .then(() => void this.#deliveries.delete(run.executionId));
    this.#deliveries.set(run.executionId, { key: run.key, settled });
  }

  async #deliver(run: Run, entry: TimetableEntry): Promise<void> {
    try {
      await entry.deliver(run);
    } catch (error) {
      // The state, and not the target, has refused: the same run again, when it takes what is written to it.
      if (isStateFailure(error)) throw error;
      await this.#retry(run, entry, error);
      return;
    }
    this.#delivered(run, entry);
  }

  #delivered(run: Run, entry: TimetableEntry): void {
    const isAwaited = entry.isFollowed && entry.policy.overlap !== 'parallel';
    // It may have ended by now, or never begun: a rule's delivery does not fail where its function is not there.
    if (!isAwaited || !this.#options.isPending(run.executionId)) {
      this.#end(run);
      return;
    }
    this.#store.markRunning(run.id);
    this.#running.set(run.executionId, run);
  }

  /** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html */
  async #retry(run: Run, entry: TimetableEntry, error: unknown): Promise<void> {
    const now = this.#options.clock.now();
    const attempts = run.attempts + 1;
    const dueAt = now + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** run.attempts);
    const exhausted = exhaustedBy(entry, { attempts, ageMs: dueAt - run.scheduledAt });
    if (exhausted === undefined) {
      this.#store.postpone(run.id, attempts, dueAt);
      this.#wakeAt(this.#store.nextDueAfter(now));
      return;
    }
    await entry.giveUp({ ...run, attempts }, error, exhausted);
    this.#end(run);
  }

  #end(run: Run): void {
    const { key, executionId, id } = run;
    this.#store.delete(id);
    this.#running.delete(executionId);
    const skipped = this.#skipped.get(key) ?? 0;
    this.#skipped.delete(key);
    // The first was told at its time.
    if (skipped > 1)
      this.#options.onNotice(`The ${key} has skipped ${skipped} runs while an earlier one ran.`);
    this.#entries.onEnded(key);
    // Another of it may have waited for this one.
    if (this.#entries.find(key)?.policy.overlap === 'queue') queueMicrotask(() => this.deliver());
  }

  #skip({ key, policy }: TimetableEntry, scheduledAt: number): void {
    const before = this.#skipped.get(key) ?? 0;
    this.#skipped.set(key, before + 1);
    if (before > 0) return;
    const why =
      policy.overlap === 'skip'
        ? 'an earlier one has not ended (overlap policy skip)'
        : `${MOST_QUEUED} wait for an earlier one (overlap policy queue)`;
    this.#options.onNotice(`The ${key} skips its run of ${new Date(scheduledAt).toISOString()}: ${why}.`);
  }

  #wakeAt(dueAt: number | undefined): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (dueAt === undefined || this.#isClosed) return;
    const { clock } = this.#options;
    this.#cancel = clock.schedule(() => this.deliver(), Math.min(LONGEST_WAIT_MS, dueAt - clock.now()));
  }

  #guarded(work: () => void): void {
    try {
      work();
      this.#outage.over();
    } catch (error) {
      this.#refused(error);
    }
  }

  #refused(error: unknown): void {
    if (this.#outage.tell(error)) this.#wakeAt(this.#options.clock.now() + STATE_RETRY_MS);
  }
}

function exhaustedBy(
  { maximumAgeMs, maximumRetries }: TimetableEntry,
  { attempts, ageMs }: { readonly attempts: number; readonly ageMs: number },
): ExhaustedCondition | undefined {
  if (attempts > maximumRetries) return 'MaximumRetryAttempts';
  return ageMs > maximumAgeMs ? 'MaximumEventAgeInSeconds' : undefined;
}

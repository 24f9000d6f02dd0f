import { integerOf } from '../state/rows.ts';
import { dueTimes, ON_TIME_MS } from './due-times.ts';
import { LONGEST_WAIT_MS, RunQueue, type RunQueueOptions } from './run-queue.ts';
import { STATE_RETRY_MS, StateOutage } from './state-outage.ts';
import type { TimetableEntry } from './timetable-entry.ts';

type Planned = {
  readonly entry: TimetableEntry;
  /** Everything up to here has been seen to. */
  handledUntil: number;
  nextAt: number | undefined;
};

/**
 * Everything that happens at its time. Which times have been seen to is kept, so that what was missed while nothing
 * ran is known, told, and handled by each entry's policy. A run is delivered at least once.
 */
export class Timetable {
  readonly #options: RunQueueOptions & { readonly random: () => number };
  readonly #runs: RunQueue;
  readonly #planned = new Map<string, Planned>();
  #cancel: (() => void) | undefined;
  #state: 'stopped' | 'started' | 'closed' = 'stopped';
  readonly #outage: StateOutage;

  constructor(options: RunQueueOptions & { readonly random?: () => number }) {
    this.#options = { random: Math.random, ...options };
    this.#outage = new StateOutage(options);
    this.#runs = new RunQueue(options, {
      find: (key) => this.#planned.get(key)?.entry,
      onEnded: (key) => this.#endIfCompleted(key),
    });
  }

  /** One that was there in an earlier run of the emulator: it goes on where it was. */
  restore(entry: TimetableEntry): void {
    const sql = 'SELECT handled_until FROM timetable WHERE key = ?';
    const row = this.#options.state.statement(sql).get(entry.key);
    if (row === undefined) this.set(entry);
    else this.#plan(entry, integerOf(row, 'handled_until'));
  }

  /**
   * A new one, or another in place of one: what was before now does not happen any more, and what waited is told. What
   * runs goes on, and counts as an earlier run.
   *
   * @param firstAt its first time, which may have passed while it was made, as a rate's has; absent: any after now
   */
  set(entry: TimetableEntry, { firstAt }: { readonly firstAt?: number | undefined } = {}): void {
    this.#drop(entry.key);
    const handledUntil = firstAt === undefined ? this.#options.clock.now() : firstAt - 1;
    this.#write(entry.key, handledUntil);
    this.#plan(entry, handledUntil);
    // Whoever adds it first gets its answer.
    queueMicrotask(() => this.#tick());
  }

  delete(key: string): void {
    this.#planned.delete(key);
    this.#drop(key);
    this.#options.state.statement('DELETE FROM timetable WHERE key = ?').run(key);
  }

  /** Epoch milliseconds; undefined where it has none, or is not in here. */
  nextAt(key: string): number | undefined {
    return this.#planned.get(key)?.nextAt;
  }

  /** Goes on with what an earlier run of the emulator left. */
  start(): void {
    this.#state = 'started';
    this.#runs.adopt();
    this.#runs.checkRunning();
    this.#tick();
    this.#runs.deliver();
    this.#endCompleted();
  }

  /** An asynchronous invocation has ended, and is not tried again. */
  ended(requestId: string): void {
    this.#runs.ended(requestId);
  }

  /** Invocations of a function are gone with it. */
  functionDeleted(): void {
    this.#runs.checkRunning();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#state = 'closed';
    this.#cancel?.();
    await this.#runs.close();
  }

  #drop(key: string): void {
    const dropped = this.#runs.drop(key);
    if (dropped === 0) return;
    const those = dropped === 1 ? 'a run that waited is' : `${dropped} runs that waited are`;
    this.#options.onNotice(`The ${key} was changed, switched off or deleted: ${those} left out.`);
  }

  #plan(entry: TimetableEntry, handledUntil: number): void {
    this.#planned.set(entry.key, { entry, handledUntil, nextAt: entry.expression.next(handledUntil) });
  }

  #write(key: string, handledUntil: number): void {
    const sql = 'INSERT OR REPLACE INTO timetable (key, handled_until) VALUES (?, ?)';
    this.#options.state.statement(sql).run(key, handledUntil);
  }

  /** Never throws: timers call it. */
  #tick(): void {
    if (this.#state !== 'started') return;
    const now = this.#options.clock.now();
    try {
      this.#followClock(now);
      const due = [...this.#planned.values()].filter(({ nextAt }) => nextAt !== undefined && nextAt <= now);
      if (due.length > 0) this.#handle(due, now);
      this.#outage.over();
      this.#wakeAt(this.#earliest());
    } catch (error) {
      if (this.#outage.tell(error)) this.#wakeAt(now + STATE_RETRY_MS);
    }
  }

  #handle(due: readonly Planned[], now: number): void {
    const notices: string[] = [];
    this.#options.state.transaction(() => {
      for (const { entry, handledUntil } of due) {
        const span = { after: handledUntil, now, maximumAgeMs: entry.maximumAgeMs };
        const { runs, missed } = dueTimes(entry.expression, span, entry.policy.missed);
        if (missed !== undefined) notices.push(missedText(entry, missed));
        for (const at of runs) this.#runs.add(entry, at, Math.floor(this.#options.random() * entry.windowMs));
        this.#write(entry.key, now);
      }
    });
    // It is written: what follows may fail, and must not make one of them run again.
    for (const planned of due) {
      planned.handledUntil = now;
      planned.nextAt = planned.entry.expression.next(now);
    }
    for (const text of notices) this.#options.onNotice(text);
    this.#runs.deliver();
    for (const { entry } of due) this.#endIfCompleted(entry.key);
  }

  /** A clock that was put back: what has been seen to until then would hold up everything for as long. */
  #followClock(now: number): void {
    const ahead = [...this.#planned.values()].filter(({ handledUntil }) => handledUntil - now > ON_TIME_MS);
    const [first] = ahead;
    if (first === undefined) return;
    for (const { entry } of ahead) {
      this.#write(entry.key, now);
      this.#plan(entry, now);
    }
    const minutes = Math.round((first.handledUntil - now) / 60_000);
    this.#options.onNotice(
      `The clock was put back by ${minutes} minutes: schedules go on from its present time.`,
    );
  }

  /** Those whose last run ended right before an earlier run of the emulator was killed. */
  #endCompleted(): void {
    try {
      for (const key of [...this.#planned.keys()]) this.#endIfCompleted(key);
    } catch (error) {
      this.#outage.tell(error);
    }
  }

  #endIfCompleted(key: string): void {
    const planned = this.#planned.get(key);
    if (planned === undefined || planned.nextAt !== undefined || this.#runs.countOf(key) > 0) return;
    planned.entry.completed();
  }

  #earliest(): number | undefined {
    let earliest: number | undefined;
    for (const { nextAt } of this.#planned.values()) {
      if (nextAt !== undefined && (earliest === undefined || nextAt < earliest)) earliest = nextAt;
    }
    return earliest;
  }

  #wakeAt(at: number | undefined): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (at === undefined) return;
    const { clock } = this.#options;
    this.#cancel = clock.schedule(() => this.#tick(), Math.min(LONGEST_WAIT_MS, at - clock.now()));
  }
}

function missedText(
  { key, policy }: TimetableEntry,
  { count, first, last, madeUp, older }: NonNullable<ReturnType<typeof dueTimes>['missed']>,
): string {
  const iso = (at: number): string => new Date(at).toISOString();
  if (count === 0) return `The ${key} has missed runs since ${iso(first)}; all of them are too old now.`;
  const what = count === 1 ? `its run of ${iso(first)}` : `${count} runs, from ${iso(first)} to ${iso(last)}`;
  const more = older ? ', and others that are too old now' : '';
  const those = count === 1 ? 'it' : `${madeUp === 0 ? 'none' : madeUp} of them`;
  const done = `${those} is ${count === 1 && madeUp === 0 ? 'not ' : ''}made up for`;
  return `The ${key} has missed ${what}${more}: ${madeUp > 1 ? done.replace(' is ', ' are ') : done} (policy missed=${policy.missed}).`;
}

import type { EmulatorClock } from '../emulator-clock.ts';
import { isFunctionArn, type Targets } from '../events/targets.ts';
import type { QueueSender } from '../lambda/invocations/queue-sender.ts';
import { jsonOf } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import { isStateFailure } from '../state/state-error.ts';
import { deadRun } from './dead-run.ts';
import { readRunPolicy } from './run-policy.ts';
import type { Run } from './run-store.ts';
import {
  type Schedule,
  type SchedulerScope,
  type ScheduleSettings,
  scheduleArn,
  scheduleKey,
  scheduleTimes,
} from './schedule.ts';
import { scheduleInput } from './schedule-event.ts';
import { conflict, notFound } from './scheduler-errors.ts';
import type { Timetable } from './timetable.ts';
import type { ExhaustedCondition, TimetableEntry } from './timetable-entry.ts';

export type SchedulesDependencies = {
  readonly state: State;
  readonly scope: SchedulerScope;
  readonly clock: EmulatorClock;
  readonly timetable: Timetable;
  readonly targets: Targets;
  readonly queues: QueueSender;
  readonly onNotice: (text: string) => void;
};

/** The schedules of EventBridge Scheduler, each with its place in the timetable. */
export class Schedules {
  readonly scope: SchedulerScope;
  readonly #dependencies: SchedulesDependencies;
  readonly #schedules = new Map<string, Schedule>();

  constructor(dependencies: SchedulesDependencies) {
    this.scope = dependencies.scope;
    this.#dependencies = dependencies;
    const { state, timetable } = dependencies;
    for (const row of state.statement('SELECT settings FROM schedules').all()) {
      const schedule = jsonOf<Schedule>(row, 'settings');
      this.#schedules.set(scheduleKey(schedule), schedule);
      if (schedule.isEnabled) timetable.restore(this.#entryOf(schedule));
    }
  }

  /** In the order of their groups and names. */
  list(): readonly Schedule[] {
    return [...this.#schedules.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, schedule]) => schedule);
  }

  /** @throws AwsError 404 ResourceNotFoundException */
  get(group: string, name: string): Schedule {
    const schedule = this.#schedules.get(scheduleKey({ group, name }));
    if (schedule === undefined) throw notFound(`Schedule ${name}`);
    return schedule;
  }

  /** @throws AwsError 409 ConflictException */
  create(group: string, name: string, settings: ScheduleSettings): Schedule {
    if (this.#schedules.has(scheduleKey({ group, name }))) throw conflict(`Schedule ${name}`);
    const now = this.#dependencies.clock.now();
    return this.#write({ ...settings, group, name, createdAt: now, modifiedAt: now, rateFrom: now }, true);
  }

  /** What is left out gets its default. @throws AwsError 404 ResourceNotFoundException */
  update(group: string, name: string, settings: ScheduleSettings): Schedule {
    const before = this.get(group, name);
    const now = this.#dependencies.clock.now();
    const isSame = before.expression === settings.expression && before.startAt === settings.startAt;
    const rateFrom = isSame ? before.rateFrom : now;
    const { createdAt } = before;
    return this.#write({ ...settings, group, name, createdAt, modifiedAt: now, rateFrom }, !isSame);
  }

  /** @throws AwsError 404 ResourceNotFoundException */
  remove(group: string, name: string): void {
    const key = scheduleKey(this.get(group, name));
    const { state, timetable } = this.#dependencies;
    state.statement('DELETE FROM schedules WHERE group_name = ? AND name = ?').run(group, name);
    timetable.delete(key);
    this.#schedules.delete(key);
  }

  #write(schedule: Schedule, isNew: boolean): Schedule {
    const { state, timetable } = this.#dependencies;
    const key = scheduleKey(schedule);
    state
      .statement('INSERT OR REPLACE INTO schedules (group_name, name, settings) VALUES (?, ?, ?)')
      .run(schedule.group, schedule.name, JSON.stringify(schedule));
    // A rate begins when it is set, not when this is reached: a millisecond later it would be its second time's turn.
    const isNewRate = isNew && schedule.expression.startsWith('rate');
    if (schedule.isEnabled)
      timetable.set(this.#entryOf(schedule), { firstAt: isNewRate ? schedule.rateFrom : undefined });
    else timetable.delete(key);
    this.#schedules.set(key, schedule);
    if (schedule.isEnabled && timetable.nextAt(key) === undefined) {
      this.#dependencies.onNotice(`The ${key} never runs: no time of ${schedule.expression} is yet to come.`);
    }
    return schedule;
  }

  #entryOf(schedule: Schedule): TimetableEntry {
    const { target, windowMinutes = 0 } = schedule;
    const { targets } = this.#dependencies;
    return {
      key: scheduleKey(schedule),
      expression: scheduleTimes(schedule),
      policy: readRunPolicy(schedule.description),
      isFollowed: isFunctionArn(target.arn),
      windowMs: windowMinutes * 60_000,
      maximumAgeMs: target.maximumEventAgeSeconds * 1000,
      maximumRetries: target.maximumRetryAttempts,
      deliver: (run) =>
        targets.send(target.arn, {
          body: scheduleInput(schedule, run, this.scope),
          executionId: run.executionId,
          groupId: target.messageGroupId,
        }),
      giveUp: (run, error, condition) => this.#giveUp(schedule, run, error, condition),
      completed: () => this.#completed(schedule),
    };
  }

  async #giveUp(schedule: Schedule, run: Run, error: unknown, condition: ExhaustedCondition): Promise<void> {
    const { queues, onNotice } = this.#dependencies;
    const { arn: targetArn, deadLetterArn } = schedule.target;
    const why = error instanceof Error ? error.message : String(error);
    const text = `The ${scheduleKey(schedule)} could not run at ${new Date(run.scheduledAt).toISOString()}: ${why}`;
    if (deadLetterArn === undefined) return onNotice(text);
    const arn = scheduleArn(this.scope, schedule.group, schedule.name);
    try {
      const body = scheduleInput(schedule, run, this.scope);
      await queues.send(deadLetterArn, deadRun(body, { run, error, condition, scheduleArn: arn, targetArn }));
    } catch (cause) {
      if (isStateFailure(cause)) throw cause;
      onNotice(`${text}; its dead-letter queue ${deadLetterArn} does not take it, either: ${String(cause)}`);
    }
  }

  /** Of a schedule without an end there is always another time. */
  #completed(schedule: Schedule): void {
    const isCurrent = this.#schedules.get(scheduleKey(schedule)) === schedule;
    if (isCurrent && schedule.afterCompletion === 'DELETE') this.remove(schedule.group, schedule.name);
  }
}

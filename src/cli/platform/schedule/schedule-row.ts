import type { GetScheduleOutput } from '@aws-sdk/client-scheduler';
import { ExpressionError } from '../../../emulator/scheduler/expression-error.ts';
import { plainDescription, type RunPolicy, readRunPolicy } from '../../../emulator/scheduler/run-policy.ts';
import { scheduleTimes } from '../../../emulator/scheduler/schedule.ts';
import { targetName } from './schedule-target.ts';
import type { ScheduleName } from './scheduler-calls.ts';

/** A schedule as `llx schedule` shows it. */
export type ScheduleRow = {
  readonly type: 'schedule';
  readonly name: string;
  readonly group: string;
  /** `greet:live`, or the ARN of another target. */
  readonly target: string;
  readonly expression: string;
  readonly timeZone: string;
  readonly state: 'enabled' | 'paused';
  /** ISO 8601; absent: never, or not known. */
  readonly next?: string;
  /** A rate that was changed: its runs count from one of the changes, and no operation says from which. */
  readonly nextIsUnknown?: true;
  readonly overlap: RunPolicy['overlap'];
  readonly missed: RunPolicy['missed'];
  readonly description?: string;
};

/** @param now epoch milliseconds */
export function scheduleRow(found: GetScheduleOutput, now: number): ScheduleRow {
  const { Description = '', State } = found;
  const policy = policyOf(Description);
  const description = plainDescription(Description);
  const next = State === 'DISABLED' ? undefined : nextOf(found, now);
  return {
    type: 'schedule',
    name: found.Name ?? '',
    group: found.GroupName ?? 'default',
    target: targetName(found.Target?.Arn ?? ''),
    expression: found.ScheduleExpression ?? '',
    timeZone: found.ScheduleExpressionTimezone ?? 'UTC',
    state: State === 'DISABLED' ? 'paused' : 'enabled',
    ...(next === 'unknown' ? { nextIsUnknown: true } : {}),
    ...(typeof next === 'number' ? { next: new Date(next).toISOString() } : {}),
    ...policy,
    ...(description === '' ? {} : { description }),
  };
}

/** `nightly`, or with another group than the default one `reports/nightly`. */
export function scheduleText({ group, name }: ScheduleName): string {
  return group === 'default' ? name : `${group}/${name}`;
}

/** `nightly`, `reports/nightly`; a group in the text wins. */
export function parseScheduleName(text: string, group = 'default'): ScheduleName {
  const [first = '', second] = text.split('/', 2);
  return second === undefined ? { group, name: first } : { group: first, name: second };
}

function policyOf(description: string): RunPolicy {
  try {
    return readRunPolicy(description);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    // Somebody else's text, in AWS, which does not look at it.
    return readRunPolicy();
  }
}

function nextOf(found: GetScheduleOutput, now: number): number | 'unknown' | undefined {
  const createdAt = found.CreationDate?.getTime() ?? now;
  const changedAt = found.LastModificationDate?.getTime() ?? createdAt;
  try {
    const times = scheduleTimes({
      expression: found.ScheduleExpression ?? '',
      timeZone: found.ScheduleExpressionTimezone ?? 'UTC',
      startAt: found.StartDate?.getTime(),
      endAt: found.EndDate?.getTime(),
      rateFrom: createdAt,
    });
    const next = times.next(now);
    // One that begins later, or has ended, is known whatever was changed.
    const isOpen =
      times.kind === 'rate' && changedAt !== createdAt && (found.StartDate?.getTime() ?? 0) <= now;
    const hasEnded = found.EndDate !== undefined && found.EndDate.getTime() <= now;
    return isOpen && !hasEnded ? 'unknown' : next;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    // An expression that AWS takes and llx does not know has no time that could be shown.
    return undefined;
  }
}

import { parseScheduleExpression, type ScheduleExpression } from './schedule-expression.ts';

export type SchedulerScope = { readonly region: string; readonly account: string };

export type ScheduleTarget = {
  readonly arn: string;
  readonly roleArn: string;
  readonly input: string | undefined;
  readonly deadLetterArn: string | undefined;
  readonly maximumEventAgeSeconds: number;
  readonly maximumRetryAttempts: number;
  /** Of a FIFO queue. */
  readonly messageGroupId: string | undefined;
};

/** What CreateSchedule and UpdateSchedule set: what one of them leaves out has its default. Times are epoch milliseconds. */
export type ScheduleSettings = {
  readonly expression: string;
  readonly timeZone: string;
  readonly startAt: number | undefined;
  readonly endAt: number | undefined;
  readonly description: string | undefined;
  readonly isEnabled: boolean;
  /** Undefined: the mode is OFF. */
  readonly windowMinutes: number | undefined;
  readonly afterCompletion: 'NONE' | 'DELETE';
  readonly target: ScheduleTarget;
};

export type Schedule = ScheduleSettings & {
  readonly group: string;
  readonly name: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** From when a rate counts, unless it has a start: when its expression was set. */
  readonly rateFrom: number;
};

export function scheduleArn({ region, account }: SchedulerScope, group: string, name: string): string {
  return `arn:aws:scheduler:${region}:${account}:schedule/${group}/${name}`;
}

export function groupArn({ region, account }: SchedulerScope, name: string): string {
  return `arn:aws:scheduler:${region}:${account}:schedule-group/${name}`;
}

/** What the timetable calls it, and people. */
export function scheduleKey({ group, name }: Pick<Schedule, 'group' | 'name'>): string {
  return `schedule ${group}/${name}`;
}

/**
 * The times of a schedule, between its start and its end.
 *
 * @throws ExpressionError
 */
export function scheduleTimes(
  schedule: Pick<Schedule, 'expression' | 'timeZone' | 'startAt' | 'endAt' | 'rateFrom'>,
): ScheduleExpression {
  const { expression: text, timeZone, startAt, endAt, rateFrom } = schedule;
  const firstAt = startAt === undefined || isJustPast(startAt, rateFrom) ? rateFrom : startAt;
  const expression = parseScheduleExpression(text, { timeZone, firstAt });
  // AWS ignores both for a single time.
  if (expression.kind === 'at') return expression;
  const first = startAt === undefined ? Number.NEGATIVE_INFINITY : startAt - 1;
  return {
    kind: expression.kind,
    next(after) {
      const at = expression.next(Math.max(after, first));
      return at === undefined || (endAt !== undefined && at > endAt) ? undefined : at;
    },
  };
}

/** What AWS takes for now: `new Date()` of a client is past when its request arrives. */
export const START_TOLERANCE_MS = 5 * 60_000;

/** A rate whose start was now when it was set begins then, and not a period later. */
function isJustPast(startAt: number, setAt: number): boolean {
  return startAt <= setAt && setAt - startAt <= START_TOLERANCE_MS;
}

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetSchedule.html */
export function scheduleAnswer(schedule: Schedule, scope: SchedulerScope): Readonly<Record<string, unknown>> {
  const { target, windowMinutes } = schedule;
  return {
    ...summaryOf(schedule, scope),
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.timeZone,
    FlexibleTimeWindow:
      windowMinutes === undefined
        ? { Mode: 'OFF' }
        : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: windowMinutes },
    ActionAfterCompletion: schedule.afterCompletion,
    ...(schedule.description === undefined ? {} : { Description: schedule.description }),
    ...(schedule.startAt === undefined ? {} : { StartDate: schedule.startAt / 1000 }),
    ...(schedule.endAt === undefined ? {} : { EndDate: schedule.endAt / 1000 }),
    Target: {
      Arn: target.arn,
      RoleArn: target.roleArn,
      RetryPolicy: {
        MaximumEventAgeInSeconds: target.maximumEventAgeSeconds,
        MaximumRetryAttempts: target.maximumRetryAttempts,
      },
      ...(target.input === undefined ? {} : { Input: target.input }),
      ...(target.deadLetterArn === undefined ? {} : { DeadLetterConfig: { Arn: target.deadLetterArn } }),
      ...(target.messageGroupId === undefined
        ? {}
        : { SqsParameters: { MessageGroupId: target.messageGroupId } }),
    },
  };
}

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ScheduleSummary.html */
export function scheduleSummary(
  schedule: Schedule,
  scope: SchedulerScope,
): Readonly<Record<string, unknown>> {
  return { ...summaryOf(schedule, scope), Target: { Arn: schedule.target.arn } };
}

function summaryOf(schedule: Schedule, scope: SchedulerScope): Readonly<Record<string, unknown>> {
  const { group, name } = schedule;
  return {
    Arn: scheduleArn(scope, group, name),
    GroupName: group,
    Name: name,
    State: schedule.isEnabled ? 'ENABLED' : 'DISABLED',
    CreationDate: schedule.createdAt / 1000,
    LastModificationDate: schedule.modifiedAt / 1000,
  };
}

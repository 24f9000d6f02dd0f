import type { Run } from './run-store.ts';
import { type Schedule, type SchedulerScope, scheduleArn } from './schedule.ts';

/** What the target gets: the schedule's own input, or an event that says which schedule it was. */
export function scheduleInput(schedule: Schedule, run: Run, scope: SchedulerScope): string {
  const arn = scheduleArn(scope, schedule.group, schedule.name);
  const { input } = schedule.target;
  if (input !== undefined) return withContext(input, contextOf(arn, run));
  return JSON.stringify({
    version: '0',
    id: run.executionId,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: scope.account,
    time: secondsIso(run.scheduledAt),
    region: scope.region,
    resources: [arn],
    // A text, unlike that of a rule.
    detail: '{}',
  });
}

/** `2026-11-21T10:00:00Z` */
export function secondsIso(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
function contextOf(arn: string, run: Run): Readonly<Record<string, string>> {
  return {
    'aws.scheduler.schedule-arn': arn,
    'aws.scheduler.scheduled-time': secondsIso(run.scheduledAt),
    'aws.scheduler.execution-id': run.executionId,
    'aws.scheduler.attempt-number': String(run.attempts + 1),
  };
}

function withContext(input: string, context: Readonly<Record<string, string>>): string {
  return input.replace(/<(aws\.scheduler\.[a-z-]+)>/g, (all, name: string) => context[name] ?? all);
}

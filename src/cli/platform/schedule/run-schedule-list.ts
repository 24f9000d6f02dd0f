import { ListSchedulesCommand, type ScheduleSummary } from '@aws-sdk/client-scheduler';
import { dateText } from '../../../session/time-text.ts';
import type { TargetFlags } from '../../aws-target.ts';
import { type Surroundings, writeRows } from '../platform-output.ts';
import { withLambda } from '../with-lambda.ts';
import { type ScheduleRow, scheduleRow, scheduleText } from './schedule-row.ts';
import { targetName } from './schedule-target.ts';
import { getSchedule, type SchedulerCalls, withScheduler } from './scheduler-calls.ts';

export type ScheduleListFlags = TargetFlags & { readonly group?: string; readonly json?: boolean };

/** `llx schedule list [FN]`. Gives the exit code; rejects with LlxError. */
export async function runScheduleList(
  functionName: string | undefined,
  flags: ScheduleListFlags,
  surroundings: Surroundings = process,
): Promise<number> {
  const rows = await withLambda(flags, surroundings.env, (lambda, { signal }) =>
    withScheduler(lambda, signal, async (scheduler) => {
      const rows: ScheduleRow[] = [];
      for (const { GroupName = 'default', Name = '', Target } of await summaries(scheduler, flags.group)) {
        if (functionName !== undefined && !isOf(functionName, Target?.Arn ?? '')) continue;
        const found = await getSchedule(scheduler, { group: GroupName, name: Name });
        rows.push(scheduleRow(found, Date.now()));
      }
      return rows;
    }),
  );
  writeRows(
    rows,
    [
      { title: 'SCHEDULE', value: scheduleText, cut: true },
      { title: 'RUNS', value: ({ target }) => target, cut: true },
      { title: 'AT', value: ({ expression }) => expression },
      { title: 'TIME ZONE', value: ({ timeZone }) => timeZone },
      { title: 'NEXT RUN (LOCAL)', value: nextText },
      { title: 'OVERLAP', value: ({ overlap }) => overlap },
      { title: 'MISSED', value: ({ missed }) => missed },
    ],
    { json: flags.json, empty: 'No schedules yet: llx schedule FN --rate "5 minutes"' },
    surroundings,
  );
  return 0;
}

async function summaries(
  scheduler: SchedulerCalls,
  group: string | undefined,
): Promise<readonly ScheduleSummary[]> {
  const found: ScheduleSummary[] = [];
  let NextToken: string | undefined;
  do {
    const input = {
      ...(group === undefined ? {} : { GroupName: group }),
      ...(NextToken === undefined ? {} : { NextToken }),
    };
    const page = await scheduler.call(
      'ListSchedules',
      { group: group ?? '*', name: '*' },
      (client, options) => client.send(new ListSchedulesCommand(input), options),
    );
    found.push(...(page.Schedules ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}

/** A function by its name, with or without a qualifier, or by its ARN. */
function isOf(functionName: string, arn: string): boolean {
  const name = targetName(arn);
  return [arn, name, name.split(':', 1)[0]].includes(functionName);
}

function nextText({ state, next, nextIsUnknown }: ScheduleRow): string {
  if (state === 'paused') return 'paused';
  if (nextIsUnknown) return 'unknown';
  return next === undefined ? 'never' : dateText(next);
}

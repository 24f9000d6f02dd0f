import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleInput,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import {
  DEFAULT_RUN_POLICY,
  describeRunPolicy,
  type RunPolicy,
} from '../../../emulator/scheduler/run-policy.ts';
import { LlxError } from '../../../errors/llx-error.ts';
import { dateText } from '../../../session/time-text.ts';
import type { TargetFlags } from '../../aws-target.ts';
import type { LambdaCalls } from '../lambda-calls.ts';
import { type Surroundings, writeJson } from '../platform-output.ts';
import { withLambda } from '../with-lambda.ts';
import { type ScheduleRow, scheduleRow, scheduleText } from './schedule-row.ts';
import { scheduledArn, scheduleRole, targetName } from './schedule-target.ts';
import { getSchedule, withScheduler } from './scheduler-calls.ts';
import { awsTimes, checkAhead, checkTimes, type WrittenTimes } from './written-expression.ts';

export type ScheduleFlags = TargetFlags &
  WrittenTimes & {
    /** @default the function's name */
    readonly name?: string;
    readonly group?: string;
    readonly qualifier?: string;
    /** JSON. */
    readonly input?: string;
    readonly description?: string;
    /** Minutes. */
    readonly window?: number;
    /** Of the queue for runs that failed. */
    readonly deadLetter?: string;
    readonly overlap?: RunPolicy['overlap'];
    readonly missed?: RunPolicy['missed'];
    readonly role?: string;
    /** Delete it after its last run. */
    readonly once?: boolean;
    readonly dryRun?: boolean;
    readonly json?: boolean;
  };

/** `llx schedule FN`: makes a schedule, or changes the one of that name. Gives the exit code; rejects with LlxError. */
export async function runSchedule(
  functionName: string,
  flags: ScheduleFlags,
  surroundings: Surroundings = process,
): Promise<number> {
  return await withLambda(flags, surroundings.env, async (lambda, { signal }) => {
    const input = await scheduleOf(functionName, flags, lambda);
    const name = { group: input.GroupName ?? 'default', name: input.Name ?? '' };
    if (flags.dryRun === true) {
      const row = scheduleRow({ ...input, CreationDate: new Date() }, Date.now());
      tell(row, `Would be at ${lambda.target.describe()}`, flags, surroundings);
      return 0;
    }
    await withScheduler(lambda, signal, async (scheduler) => {
      const isNew = await scheduler.call('CreateSchedule', name, async (client, options) => {
        try {
          await client.send(new CreateScheduleCommand(input), options);
          return true;
        } catch (error) {
          if (error instanceof ConflictException) return false;
          throw error;
        }
      });
      let isBegun = isNew;
      if (!isNew) {
        const before = await getSchedule(scheduler, name);
        // What AWS does with a rate that is changed it does not say.
        isBegun =
          lambda.target.endpoint !== undefined &&
          (before.ScheduleExpression !== input.ScheduleExpression || before.StartDate !== undefined);
        await scheduler.call('UpdateSchedule', name, (client, options) =>
          client.send(new UpdateScheduleCommand(input), options),
        );
      }
      const row = scheduleRow(await getSchedule(scheduler, name), Date.now());
      const done = `${isNew ? 'Made' : 'Changed'} at ${lambda.target.describe()}`;
      tell(row, done, flags, surroundings, isBegun && row.expression.startsWith('rate'));
    });
    return 0;
  });
}

async function scheduleOf(
  functionName: string,
  flags: ScheduleFlags,
  lambda: LambdaCalls,
): Promise<CreateScheduleInput> {
  const times = awsTimes(flags);
  // Else the Scheduler says it, and may know more.
  if (flags.dryRun === true) checkTimes(times);
  checkAhead(times, Date.now());
  const policy = policyOf(flags, lambda);
  const RoleArn = scheduleRole(lambda, flags.role);
  const Arn = await scheduledArn(lambda, functionName, flags.qualifier);
  const [shortName = functionName] = targetName(Arn).split(':', 1);
  return {
    Name: flags.name ?? shortName,
    GroupName: flags.group ?? 'default',
    ScheduleExpression: times.expression,
    ScheduleExpressionTimezone: times.timeZone,
    Description: describeRunPolicy(flags.description, policy),
    State: 'ENABLED',
    FlexibleTimeWindow:
      flags.window === undefined
        ? { Mode: 'OFF' }
        : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: flags.window },
    ActionAfterCompletion: flags.once === true ? 'DELETE' : 'NONE',
    Target: {
      Arn,
      RoleArn,
      Input: flags.input,
      ...(flags.deadLetter === undefined ? {} : { DeadLetterConfig: { Arn: flags.deadLetter } }),
    },
  };
}

/** @throws LlxError LLX_USAGE in AWS, which has no policies: it runs them in parallel, and misses none. */
function policyOf({ overlap, missed }: ScheduleFlags, { target }: LambdaCalls): RunPolicy {
  if (target.endpoint === undefined && (overlap ?? missed) !== undefined) {
    throw new LlxError('LLX_USAGE', {
      message:
        'Expected --overlap and --missed with an emulator, found them with --aws: AWS runs overlapping runs in parallel, and has no other policy.',
      mend: 'Leave them out, and let the function hold a lock; or give it a reserved concurrency of 1.',
    });
  }
  return {
    overlap: overlap ?? DEFAULT_RUN_POLICY.overlap,
    missed: missed ?? DEFAULT_RUN_POLICY.missed,
  };
}

function tell(
  row: ScheduleRow,
  done: string,
  { json, dryRun = false }: ScheduleFlags,
  { stdout }: Surroundings,
  isBegun = false,
): void {
  if (json === true) return writeJson(stdout, { ...row, ...(dryRun ? { dryRun } : {}) });
  stdout.write(
    `${done}: schedule ${scheduleText(row)} runs ${row.target} at ${row.expression} (${row.timeZone}); ${nextText(row, isBegun)}\n`,
  );
}

function nextText({ next, nextIsUnknown }: ScheduleRow, isBegun: boolean): string {
  if (nextIsUnknown) return isBegun ? 'the first run is now' : 'its times are those of before';
  if (next === undefined) return 'no run is left';
  return `${isBegun ? 'the first run is now, the ' : ''}next run ${dateText(next)} (local time)`;
}

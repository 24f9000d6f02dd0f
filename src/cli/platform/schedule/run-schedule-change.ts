import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  DeleteScheduleCommand,
  type GetScheduleOutput,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { LlxError } from '../../../errors/llx-error.ts';
import type { TargetFlags } from '../../aws-target.ts';
import type { LambdaCalls } from '../lambda-calls.ts';
import { type Surroundings, writeJson } from '../platform-output.ts';
import { withLambda } from '../with-lambda.ts';
import { parseScheduleName, scheduleRow, scheduleText } from './schedule-row.ts';
import { targetName } from './schedule-target.ts';
import { getSchedule, type ScheduleName, type SchedulerCalls, withScheduler } from './scheduler-calls.ts';

export type ScheduleChangeFlags = TargetFlags & {
  readonly group?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
};

export type ScheduleChange = 'delete' | 'pause' | 'resume' | 'run';

type Change = {
  readonly scheduler: SchedulerCalls;
  readonly lambda: LambdaCalls;
  readonly place: ScheduleName;
  readonly found: GetScheduleOutput;
};

/** `llx schedule delete|pause|resume|run NAME`. Gives the exit code; rejects with LlxError. */
export async function runScheduleChange(
  change: ScheduleChange,
  text: string,
  flags: ScheduleChangeFlags,
  { stdout, env }: Surroundings = process,
): Promise<number> {
  const { dryRun = false } = flags;
  const place = parseScheduleName(text, flags.group);
  return await withLambda(flags, env, (lambda, { signal }) =>
    withScheduler(lambda, signal, async (scheduler) => {
      const found = await getSchedule(scheduler, place);
      const done = dryRun ? WOULD[change] : await CHANGES[change]({ scheduler, lambda, place, found });
      if (flags.json === true) {
        const facts = { ...done.facts, ...(dryRun ? { dryRun } : {}) };
        writeJson(stdout, { ...scheduleRow(found, Date.now()), ...facts });
      } else {
        stdout.write(`The schedule ${scheduleText(place)} at ${lambda.target.describe()} ${done.text}\n`);
      }
      return 0;
    }),
  );
}

type Done = { readonly text: string; readonly facts: Readonly<Record<string, unknown>> };

const WOULD: Readonly<Record<ScheduleChange, Done>> = {
  delete: { text: 'would be deleted', facts: {} },
  pause: { text: 'would be paused', facts: {} },
  resume: { text: 'would go on', facts: {} },
  run: { text: 'would run now', facts: {} },
};

const CHANGES: Readonly<Record<ScheduleChange, (change: Change) => Promise<Done>>> = {
  async delete({ scheduler, place }) {
    await scheduler.call('DeleteSchedule', place, (client, options) =>
      client.send(new DeleteScheduleCommand({ GroupName: place.group, Name: place.name }), options),
    );
    return { text: 'is deleted', facts: { deleted: true } };
  },
  async pause(change) {
    await setState(change, 'DISABLED');
    return {
      text: `is paused: llx schedule resume ${scheduleText(change.place)}`,
      facts: { state: 'paused' },
    };
  },
  async resume(change) {
    await setState(change, 'ENABLED');
    const found = await getSchedule(change.scheduler, change.place);
    const { next, nextIsUnknown } = scheduleRow(found, Date.now());
    const left = nextIsUnknown ? '' : ', but no run is left';
    return {
      text: `goes on${next === undefined ? left : `; its next run is at ${next}`}`,
      facts: { state: 'enabled', next, nextIsUnknown },
    };
  },
  run: runNow,
};

/** UpdateSchedule sets everything: what is not said again would have its default. */
async function setState({ scheduler, place, found }: Change, State: 'ENABLED' | 'DISABLED'): Promise<void> {
  const {
    $metadata: _,
    Arn: _arn,
    CreationDate: _created,
    LastModificationDate: _modified,
    ...kept
  } = {
    $metadata: undefined,
    ...found,
  };
  const { Name, ScheduleExpression, Target, FlexibleTimeWindow } = kept;
  await scheduler.call('UpdateSchedule', place, (client, options) =>
    client.send(
      new UpdateScheduleCommand({ ...kept, Name, ScheduleExpression, Target, FlexibleTimeWindow, State }),
      options,
    ),
  );
}

/** The Scheduler has no operation for it: Lambda's own, with what the schedule would send. */
async function runNow({ lambda, found }: Change): Promise<Done> {
  const { Arn = '', Input } = found.Target ?? {};
  if (!/^arn:[^:]+:lambda:/.test(Arn)) {
    throw new LlxError('LLX_USAGE', {
      message: `Expected a schedule of a function, found one of ${Arn}.`,
      mend: 'Send to the queue itself: aws sqs send-message',
    });
  }
  const name = targetName(Arn);
  const { $metadata } = await lambda.call('Invoke', name, (client, options) =>
    client.send(
      new InvokeCommand({
        FunctionName: Arn,
        InvocationType: 'Event',
        ...(Input === undefined ? {} : { Payload: Buffer.from(Input) }),
      }),
      options,
    ),
  );
  return {
    text: `runs now: llx logs ${name.split(':', 1)[0]} -f`,
    facts: { requestId: $metadata.requestId },
  };
}

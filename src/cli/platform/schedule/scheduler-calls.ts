import {
  type GetScheduleOutput,
  type SchedulerClient,
  SchedulerServiceException,
} from '@aws-sdk/client-scheduler';
import { LlxError } from '../../../errors/llx-error.ts';
import { partitionOf } from '../../../protocol/partition.ts';
import { explainAwsFailure } from '../../live/aws-failure.ts';
import type { LambdaCalls } from '../lambda-calls.ts';

export type ScheduleName = { readonly group: string; readonly name: string };

/** How a call is sent: with the signal of whoever may interrupt it. */
type Send<Output> = (
  client: SchedulerClient,
  options: { readonly abortSignal: AbortSignal },
) => Promise<Output>;

/** EventBridge Scheduler's API as `llx schedule` uses it. What fails is a LlxError that says what was tried. */
export type SchedulerCalls = {
  /**
   * @param operation the Scheduler's name for it: `CreateSchedule`
   * @throws LlxError LLX_SCHEDULE_UNKNOWN, LLX_USAGE for what it refuses, LLX_AWS_DENIED, LLX_CREDENTIALS_*,
   *   LLX_UNREACHABLE, LLX_AWS_FAILED
   */
  call<Output>(operation: string, schedule: ScheduleName, send: Send<Output>): Promise<Output>;
};

/** Works with EventBridge Scheduler where the functions are. */
export async function withScheduler<Result>(
  { target }: LambdaCalls,
  signal: AbortSignal,
  work: (scheduler: SchedulerCalls) => Promise<Result>,
): Promise<Result> {
  const { SchedulerClient } = await import('@aws-sdk/client-scheduler');
  const client = new SchedulerClient(target.clientSettings);
  try {
    return await work({
      async call(operation, schedule, send) {
        try {
          return await send(client, { abortSignal: signal });
        } catch (error) {
          if (signal.aborted) throw signal.reason;
          throw explained(error, { operation, schedule }, target);
        }
      },
    });
  } finally {
    client.destroy();
  }
}

export async function getSchedule(
  scheduler: SchedulerCalls,
  place: ScheduleName,
): Promise<GetScheduleOutput> {
  const { GetScheduleCommand } = await import('@aws-sdk/client-scheduler');
  return await scheduler.call('GetSchedule', place, (client, options) =>
    client.send(new GetScheduleCommand({ GroupName: place.group, Name: place.name }), options),
  );
}

function explained(
  error: unknown,
  { operation, schedule }: { readonly operation: string; readonly schedule: ScheduleName },
  { endpoint, region, account = '*' }: LambdaCalls['target'],
): unknown {
  const { group, name } = schedule;
  if (error instanceof SchedulerServiceException) {
    if (error.name === 'ResourceNotFoundException') {
      return new LlxError('LLX_SCHEDULE_UNKNOWN', {
        message: `Expected a schedule ${name} in the group ${group}, found: ${error.message}`,
        mend: 'See which there are: llx schedule list',
        cause: error,
      });
    }
    if (error.name === 'ValidationException') {
      return new LlxError('LLX_USAGE', {
        message: `Expected a schedule that EventBridge Scheduler takes, found: ${error.message}`,
        mend: 'llx schedule --help',
        cause: error,
      });
    }
  }
  const resource = `arn:${partitionOf(region)}:scheduler:${region}:${account}:schedule/${group}/${name}`;
  return explainAwsFailure(
    error,
    { action: `scheduler:${operation}`, resource },
    { emulator: endpoint !== undefined },
  );
}

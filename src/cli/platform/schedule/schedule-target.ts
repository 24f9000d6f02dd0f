import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { LlxError } from '../../../errors/llx-error.ts';
import { readAlias } from '../deploy/deployed-function.ts';
import { LIVE_ALIAS } from '../deploy/live-address.ts';
import type { LambdaCalls } from '../lambda-calls.ts';

/**
 * The ARN that a schedule of a function invokes: that of its alias `live` where it has one, so that a deployment and a
 * rollback hold for schedules, too. Rejects with LLX_FUNCTION_UNKNOWN.
 */
export async function scheduledArn(
  lambda: LambdaCalls,
  FunctionName: string,
  qualifier: string | undefined,
): Promise<string> {
  const { FunctionArn = '' } = await lambda.call(
    'GetFunctionConfiguration',
    FunctionName,
    (client, options) =>
      client.send(
        new GetFunctionConfigurationCommand({
          FunctionName,
          ...(qualifier === undefined ? {} : { Qualifier: qualifier }),
        }),
        options,
      ),
  );
  // Whoever named one, also as `greet:3`, is answered with it.
  if (qualifier !== undefined || isQualified(FunctionArn)) return FunctionArn;
  const live = await readAlias(lambda, FunctionName, LIVE_ALIAS);
  return live === undefined ? FunctionArn : `${FunctionArn}:${LIVE_ALIAS}`;
}

function isQualified(functionArn: string): boolean {
  return targetName(functionArn).includes(':');
}

/** `greet:live`, of its ARN. Another target's ARN stays as it is. */
export function targetName(arn: string): string {
  return /^arn:[^:]+:lambda:[^:]*:[^:]*:function:(.+)$/.exec(arn)?.[1] ?? arn;
}

/**
 * Who the Scheduler is when it invokes the function. An emulator does not ask; AWS does.
 *
 * @throws LlxError LLX_USAGE in AWS without one
 */
export function scheduleRole({ target }: LambdaCalls, role: string | undefined): string {
  if (role !== undefined) return role;
  if (target.endpoint !== undefined)
    return `arn:aws:iam::${target.account ?? '000000000000'}:role/llx-scheduler`;
  throw new LlxError('LLX_USAGE', {
    message: 'Expected a role that EventBridge Scheduler may assume to invoke the function, found none.',
    mend: 'llx schedule FN --rate "5 minutes" --aws --role arn:aws:iam::ACCOUNT:role/NAME\nSee https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role',
  });
}

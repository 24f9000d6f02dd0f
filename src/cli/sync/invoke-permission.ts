import {
  AddPermissionCommand,
  LambdaServiceException,
  RemovePermissionCommand,
} from '@aws-sdk/client-lambda';
import { LIVE_ALIAS } from '../platform/deploy/live-address.ts';
import type { LambdaCalls } from '../platform/lambda-calls.ts';

export type InvokePermission = {
  readonly statementId: string;
  /** `iot.amazonaws.com` */
  readonly principal: string;
  readonly sourceArn: string;
};

/** Lets a service call the live version of a function. */
export async function allowInvoke(
  lambda: LambdaCalls,
  functionName: string,
  { statementId, principal, sourceArn }: InvokePermission,
): Promise<void> {
  const input = {
    FunctionName: functionName,
    Qualifier: LIVE_ALIAS,
    StatementId: statementId,
    Action: 'lambda:InvokeFunction',
    Principal: principal,
    SourceArn: sourceArn,
  };
  await lambda.call('AddPermission', functionName, async (client, options) => {
    try {
      await client.send(new AddPermissionCommand(input), options);
    } catch (error) {
      // An earlier round has added it.
      if (!(error instanceof LambdaServiceException && error.name === 'ResourceConflictException'))
        throw error;
    }
  });
}

export async function disallowInvoke(
  lambda: LambdaCalls,
  functionName: string,
  statementId: string,
): Promise<void> {
  const input = { FunctionName: functionName, Qualifier: LIVE_ALIAS, StatementId: statementId };
  await lambda.find('RemovePermission', functionName, (client, options) =>
    client.send(new RemovePermissionCommand(input), options),
  );
}

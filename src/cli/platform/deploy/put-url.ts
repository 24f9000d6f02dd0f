import {
  AddPermissionCommand,
  type AddPermissionCommandInput,
  CreateFunctionUrlConfigCommand,
  LambdaServiceException,
  RemovePermissionCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda';
import type { LambdaCalls } from '../lambda-calls.ts';
import type { UrlAccess } from './deployed-function.ts';

/**
 * What lets anyone call a URL that asks for no signature: both, since October 2025.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
const PUBLIC: readonly Pick<
  AddPermissionCommandInput,
  'StatementId' | 'Action' | 'FunctionUrlAuthType' | 'InvokedViaFunctionUrl'
>[] = [
  {
    StatementId: 'FunctionURLAllowPublicAccess',
    Action: 'lambda:InvokeFunctionUrl',
    FunctionUrlAuthType: 'NONE',
  },
  {
    StatementId: 'FunctionURLAllowInvokeAction',
    Action: 'lambda:InvokeFunction',
    InvokedViaFunctionUrl: true,
  },
];

type UrlPlace = { readonly functionName: string; readonly qualifier: string };

/** Makes the URL of an alias, or changes who may call it. Gives its address. */
export async function putUrl(
  lambda: LambdaCalls,
  place: UrlPlace,
  { access, was }: { readonly access: UrlAccess; readonly was: UrlAccess | undefined },
): Promise<string> {
  const FunctionName = place.functionName;
  const input = {
    FunctionName,
    Qualifier: place.qualifier,
    AuthType: access === 'public' ? 'NONE' : 'AWS_IAM',
  } as const;
  // The URL comes last: a deployment that was interrupted has none then, or the old one, and the next one goes on from there.
  if (access === 'public') await addPublic(lambda, place);
  if (access === 'iam' && was === 'public') await removePublic(lambda, place);
  if (was === undefined) {
    const created = await lambda.call('CreateFunctionUrlConfig', FunctionName, (client, options) =>
      unlessThere(client.send(new CreateFunctionUrlConfigCommand(input), options)),
    );
    // Else another deployment was faster.
    if (created !== undefined) return created.FunctionUrl ?? '';
  }
  const updated = await lambda.call('UpdateFunctionUrlConfig', FunctionName, (client, options) =>
    client.send(new UpdateFunctionUrlConfigCommand(input), options),
  );
  return updated.FunctionUrl ?? '';
}

async function unlessThere<Output>(sent: Promise<Output>): Promise<Output | undefined> {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof LambdaServiceException && error.name === 'ResourceConflictException')
      return undefined;
    throw error;
  }
}

async function addPublic(lambda: LambdaCalls, { functionName, qualifier }: UrlPlace): Promise<void> {
  for (const statement of PUBLIC) {
    const input = { FunctionName: functionName, Qualifier: qualifier, Principal: '*', ...statement };
    // A deployment before this one may have added it.
    await lambda.call('AddPermission', functionName, (client, options) =>
      unlessThere(client.send(new AddPermissionCommand(input), options)),
    );
  }
}

async function removePublic(lambda: LambdaCalls, { functionName, qualifier }: UrlPlace): Promise<void> {
  for (const { StatementId } of PUBLIC) {
    const input = { FunctionName: functionName, Qualifier: qualifier, StatementId };
    await lambda.find('RemovePermission', functionName, (client, options) =>
      client.send(new RemovePermissionCommand(input), options),
    );
  }
}

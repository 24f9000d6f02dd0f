import { CreateAliasCommand, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import type { LambdaCalls } from '../lambda-calls.ts';
import type { AliasTarget } from './deployed-function.ts';

/** Makes an alias, which has one version then, or moves it: requests that run end where they began, every later one goes to its new target. */
export async function putAlias(
  lambda: LambdaCalls,
  alias: { readonly functionName: string; readonly name: string; readonly exists: boolean },
  { version, weights }: AliasTarget,
): Promise<void> {
  const input = { FunctionName: alias.functionName, Name: alias.name, FunctionVersion: version };
  // In an update an empty one takes those away that are there.
  const RoutingConfig = { AdditionalVersionWeights: weights };
  if (alias.exists) {
    await lambda.call('UpdateAlias', alias.functionName, (client, options) =>
      client.send(new UpdateAliasCommand({ ...input, RoutingConfig }), options),
    );
  } else {
    await lambda.call('CreateAlias', alias.functionName, (client, options) =>
      client.send(new CreateAliasCommand(input), options),
    );
  }
}

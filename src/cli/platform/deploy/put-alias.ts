import { CreateAliasCommand, LambdaServiceException, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import type { LambdaCalls } from '../lambda-calls.ts';
import type { AliasTarget } from './deployed-function.ts';
import { functionChanged } from './function-changed.ts';

export type AliasPlace = {
  readonly functionName: string;
  readonly name: string;
  readonly exists: boolean;
  /** As it was read: it is moved only where nobody else has moved it since. Absent: wherever it leads. */
  readonly revisionId?: string | undefined;
};

/**
 * Makes an alias, which has one version then, or moves it: requests that run end where they began, every later one goes to
 * its new target.
 *
 * @throws LlxError LLX_FUNCTION_CHANGED where somebody else has made or moved it meanwhile
 */
export async function putAlias(
  lambda: LambdaCalls,
  { functionName, name, exists, revisionId: RevisionId }: AliasPlace,
  { version, weights }: AliasTarget,
): Promise<void> {
  const input = { FunctionName: functionName, Name: name, FunctionVersion: version };
  // In an update an empty one takes those away that are there.
  const RoutingConfig = { AdditionalVersionWeights: weights };
  await lambda.call(exists ? 'UpdateAlias' : 'CreateAlias', functionName, async (client, options) => {
    try {
      if (exists) await client.send(new UpdateAliasCommand({ ...input, RoutingConfig, RevisionId }), options);
      else await client.send(new CreateAliasCommand(input), options);
    } catch (error) {
      const conflict = exists ? 'PreconditionFailedException' : 'ResourceConflictException';
      if (error instanceof LambdaServiceException && error.name === conflict) {
        throw functionChanged(functionName, `its alias ${name} was moved by somebody else`, error);
      }
      throw error;
    }
  });
}

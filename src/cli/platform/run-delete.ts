import { createInterface } from 'node:readline/promises';
import { DeleteFunctionCommand, GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { LlxError } from '../../errors/llx-error.ts';
import type { TargetFlags } from '../aws-target.ts';
import type { LambdaCalls } from './lambda-calls.ts';
import { type Surroundings, writeJson } from './platform-output.ts';
import { withLambda } from './with-lambda.ts';

export type DeleteFlags = TargetFlags & {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
};

type DeleteSurroundings = Surroundings & {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
};

/**
 * `llx delete FN`: the function with its versions, aliases and URLs. In AWS only after its name was typed again, or with
 * `--yes`. Gives the exit code; rejects with LlxError.
 */
export async function runDelete(
  functionName: string,
  flags: DeleteFlags,
  surroundings: DeleteSurroundings = process,
): Promise<number> {
  const { dryRun = false } = flags;
  return await withLambda(flags, surroundings.env, async (lambda, { signal }) => {
    // What is not there is told before anybody is asked, and with --dry-run, too.
    await lambda.call('GetFunctionConfiguration', functionName, (client, options) =>
      client.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }), options),
    );
    if (!dryRun) {
      if (lambda.target.endpoint === undefined && flags.yes !== true) {
        await confirm(functionName, lambda, surroundings, signal);
      }
      await lambda.call('DeleteFunction', functionName, (client, options) =>
        client.send(new DeleteFunctionCommand({ FunctionName: functionName }), options),
      );
    }
    if (flags.json === true) {
      writeJson(surroundings.stdout, { type: 'deleted', ...{ function: functionName, dryRun } });
    } else {
      surroundings.stdout.write(
        `${functionName} ${dryRun ? 'would be' : 'is'} deleted at ${lambda.target.describe()}, with its versions, aliases and URLs\n`,
      );
    }
    return 0;
  });
}

async function confirm(
  functionName: string,
  { target }: LambdaCalls,
  { stdin, stderr }: DeleteSurroundings,
  signal: AbortSignal,
): Promise<void> {
  if (stdin.isTTY !== true) throw notConfirmed(functionName, 'found no terminal to ask at');
  const lines = createInterface({ input: stdin });
  try {
    stderr.write(
      `${functionName} would be gone from ${target.describe()} for good. Its name, to delete it: `,
    );
    const typed = await lines.question('', { signal }).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : error;
    });
    if (typed.trim() !== functionName) throw notConfirmed(functionName, 'found another name');
  } finally {
    lines.close();
  }
}

function notConfirmed(functionName: string, found: string): LlxError {
  return new LlxError('LLX_USAGE', {
    message: `Expected a confirmation that ${functionName} is to be deleted from AWS, ${found}.`,
    mend: `llx delete ${functionName} --aws --yes`,
  });
}

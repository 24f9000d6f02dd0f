import { DeleteAliasCommand } from '@aws-sdk/client-lambda';
import type { TargetFlags } from '../aws-target.ts';
import { aliasText } from './alias-text.ts';
import { nextAlias, sameAlias } from './deploy/deploy-changes.ts';
import { readAlias } from './deploy/deployed-function.ts';
import { putAlias } from './deploy/put-alias.ts';
import { knownVersion, listAliases, listVersions } from './function-versions.ts';
import { type Surroundings, writeJson, writeRows } from './platform-output.ts';
import { withLambda } from './with-lambda.ts';

export type AliasFlags = TargetFlags & {
  /** Of the requests that the version gets beside the one that is there, 0..1; absent: all. */
  readonly share?: number;
  readonly delete?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
};

/** `llx alias FN`: the aliases of a function, and where they lead. Gives the exit code; rejects with LlxError. */
export async function runAliasList(
  functionName: string,
  flags: AliasFlags,
  surroundings: Surroundings = process,
): Promise<number> {
  const rows = await withLambda(flags, surroundings.env, async (lambda) =>
    (await listAliases(lambda, functionName)).map((alias) => ({
      type: 'alias',
      function: functionName,
      alias: alias.Name ?? '',
      version: alias.FunctionVersion ?? '',
      weights: alias.RoutingConfig?.AdditionalVersionWeights ?? {},
      description: alias.Description ?? '',
    })),
  );
  writeRows(
    rows,
    [
      { title: 'ALIAS', value: ({ alias }) => alias, cut: true },
      { title: 'VERSION', value: aliasText },
      { title: 'DESCRIPTION', value: ({ description }) => description, cut: true },
    ],
    { json: flags.json, empty: `${functionName} has no aliases: llx deploy makes one.` },
    surroundings,
  );
  return 0;
}

/** `llx alias FN NAME V`: makes an alias, or leads it to another version. Gives the exit code; rejects with LlxError. */
export async function runAliasMove(
  functionName: string,
  name: string,
  version: string,
  flags: AliasFlags,
  surroundings: Surroundings = process,
): Promise<number> {
  const { share, dryRun = false } = flags;
  return await withLambda(flags, surroundings.env, async (lambda) => {
    const [versions, was] = await Promise.all([
      listVersions(lambda, functionName),
      readAlias(lambda, functionName, name),
    ]);
    const target = nextAlias(was, knownVersion(functionName, version, versions), share);
    if (!dryRun && !sameAlias(was, target)) {
      const place = { functionName, name, exists: was !== undefined, revisionId: was?.revisionId };
      await putAlias(lambda, place, target);
    }
    if (flags.json === true) {
      const facts = { function: functionName, alias: name, ...target, previousVersion: was?.version, dryRun };
      writeJson(surroundings.stdout, { type: 'alias', ...facts });
    } else {
      const before = was === undefined ? 'new' : `was ${aliasText(was)}`;
      const would = dryRun ? 'would be' : 'is';
      surroundings.stdout.write(`${functionName}: ${name} ${would} ${aliasText(target)} (${before})\n`);
    }
    return 0;
  });
}

/** `llx alias FN NAME --delete`; one that is not there is fine, as at AWS. Its URL goes with it. */
export async function runAliasDelete(
  functionName: string,
  name: string,
  flags: AliasFlags,
  surroundings: Surroundings = process,
): Promise<number> {
  const { dryRun = false } = flags;
  return await withLambda(flags, surroundings.env, async (lambda) => {
    if (!dryRun) {
      const input = { FunctionName: functionName, Name: name };
      await lambda.call('DeleteAlias', functionName, (client, options) =>
        client.send(new DeleteAliasCommand(input), options),
      );
    }
    if (flags.json === true) {
      writeJson(surroundings.stdout, { type: 'deleted', ...{ function: functionName, alias: name, dryRun } });
    } else {
      surroundings.stdout.write(`${functionName}: ${name} ${dryRun ? 'would be' : 'is'} deleted\n`);
    }
    return 0;
  });
}

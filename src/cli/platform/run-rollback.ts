import { LlxError } from '../../errors/llx-error.ts';
import type { TargetFlags } from '../aws-target.ts';
import { aliasText } from './alias-text.ts';
import { type AliasTarget, readAlias } from './deploy/deployed-function.ts';
import { putAlias } from './deploy/put-alias.ts';
import { knownVersion, listVersions, type PublishedVersion } from './function-versions.ts';
import { type Surroundings, writeJson } from './platform-output.ts';
import { withLambda } from './with-lambda.ts';

export type RollbackFlags = TargetFlags & {
  readonly alias: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
};

/**
 * `llx rollback FN [V]`: moves the alias to a version of before; requests that run end where they began. Gives the exit code;
 * rejects with LlxError.
 */
export async function runRollback(
  functionName: string,
  wanted: string | undefined,
  flags: RollbackFlags,
  surroundings: Surroundings = process,
): Promise<number> {
  const { alias: name, dryRun = false, json } = flags;
  return await withLambda(flags, surroundings.env, async (lambda) => {
    const [versions, alias] = await Promise.all([
      listVersions(lambda, functionName),
      readAlias(lambda, functionName, name),
    ]);
    if (alias === undefined) throw noAlias(functionName, name);
    const version =
      wanted === undefined
        ? versionBefore(functionName, alias, versions)
        : knownVersion(functionName, wanted, versions);
    if (!dryRun) {
      const place = { functionName, name, exists: true, revisionId: alias.revisionId };
      await putAlias(lambda, place, { version, weights: {} });
    }
    if (json === true) {
      const facts = { function: functionName, alias: name, version, previousVersion: alias.version, dryRun };
      writeJson(surroundings.stdout, { type: 'rolled-back', ...facts });
    } else {
      const would = dryRun ? 'would be' : 'is';
      surroundings.stdout.write(`${functionName}: ${name} ${would} ${version} (was ${aliasText(alias)})\n`);
    }
    return 0;
  });
}

/**
 * The version to go back to: what the alias mainly led to, where another one had a share of the requests; else the newest
 * that is older.
 *
 * @throws LlxError LLX_VERSION_UNKNOWN where there is none
 */
export function versionBefore(
  functionName: string,
  { version, weights }: AliasTarget,
  versions: readonly PublishedVersion[],
): string {
  if (Object.keys(weights).length > 0) return version;
  const older = versions.map((each) => Number(each.version)).filter((each) => each < Number(version));
  if (older.length > 0) return String(Math.max(...older));
  throw new LlxError('LLX_VERSION_UNKNOWN', {
    message: `Expected a version of ${functionName} before ${version}, found none.`,
    mend: `See which there are: llx versions ${functionName}`,
  });
}

function noAlias(functionName: string, name: string): LlxError {
  return new LlxError('LLX_VERSION_UNKNOWN', {
    message: `Expected ${functionName} to have an alias ${name}, found none.`,
    mend: `See which there are: llx alias ${functionName}\nOr make it: llx alias ${functionName} ${name} VERSION`,
  });
}

import { LlxError } from '../../../errors/llx-error.ts';
import type { LambdaCalls } from '../lambda-calls.ts';
import { nextAlias, sameAlias } from './deploy-changes.ts';
import { type AliasTarget, type FoundAlias, readAlias } from './deployed-function.ts';
import { functionChanged } from './function-changed.ts';
import { putAlias } from './put-alias.ts';

/** As many deployments as may move one alias at once. */
const MOST_ATTEMPTS = 10;

export type AliasMove = {
  readonly functionName: string;
  readonly alias: string;
  readonly version: string;
  /** Of the requests that the version gets, 0..1; undefined: all. */
  readonly share: number | undefined;
  /** Where the alias led when the deployment began. */
  readonly planned: FoundAlias | undefined;
};

/**
 * Leads an alias to a version that was just published. An upload may take minutes: whoever published a later one in them
 * must stay live.
 *
 * @throws LlxError LLX_FUNCTION_CHANGED where the alias leads to a later version meanwhile
 */
export async function moveAlias(
  lambda: LambdaCalls,
  { functionName, alias: name, version, share, planned }: AliasMove,
): Promise<{ readonly was: AliasTarget | undefined; readonly alias: AliasTarget }> {
  for (let attempt = 1; ; attempt += 1) {
    const was = await readAlias(lambda, functionName, name);
    if (was !== undefined && was.revisionId !== planned?.revisionId && newestOf(was) > Number(version)) {
      const live = `another deployment went live meanwhile: ${name} leads to version ${newestOf(was)}, this one published version ${version}`;
      throw functionChanged(functionName, live);
    }
    const alias = nextAlias(was, version, share);
    if (sameAlias(was, alias)) return { was, alias };
    const place = { functionName, name, exists: was !== undefined, revisionId: was?.revisionId };
    try {
      await putAlias(lambda, place, alias);
      return { was, alias };
    } catch (error) {
      const isMoved = error instanceof LlxError && error.code === 'LLX_FUNCTION_CHANGED';
      if (!isMoved || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

function newestOf({ version, weights }: AliasTarget): number {
  return Math.max(Number(version), ...Object.keys(weights).map(Number));
}

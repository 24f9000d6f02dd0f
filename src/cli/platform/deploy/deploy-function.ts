import { LlxError } from '../../../errors/llx-error.ts';
import { partitionOf } from '../../../protocol/partition.ts';
import type { AwsTarget } from '../../aws-target.ts';
import type { LambdaCalls } from '../lambda-calls.ts';
import type { FunctionPackage } from '../package/package-function.ts';
import {
  type DeployChanges,
  deployChanges,
  nextAlias,
  sameAlias,
  type WantedFunction,
} from './deploy-changes.ts';
import {
  type AliasTarget,
  type DeployedFunction,
  readDeployedFunction,
  type UrlAccess,
} from './deployed-function.ts';
import { liveAddress } from './live-address.ts';
import { putAlias } from './put-alias.ts';
import { putFunction } from './put-function.ts';
import { putUrl } from './put-url.ts';

/** What a deployment is asked for beside the code. */
export type DeployRequest = {
  readonly functionName: string;
  readonly alias: string;
  readonly settings: Omit<WantedFunction, 'codeSha256' | 'runtime' | 'handler'>;
  /** Of the requests that the new version gets beside the one that was there, 0..1; absent: all. */
  readonly share?: number;
};

/** What was found, and what is to be done about it. */
export type DeployPlan = {
  readonly deployed: DeployedFunction | undefined;
  readonly changes: DeployChanges;
  readonly role: string;
  /** Of a function that is made. */
  readonly tags?: Readonly<Record<string, string>>;
};

export type Deployment = {
  readonly version: string;
  readonly alias: AliasTarget;
  /** Where the alias led before. */
  readonly was: AliasTarget | undefined;
  /** Where it is called; undefined where it has no URL. */
  readonly address: string | undefined;
  readonly access: UrlAccess | undefined;
};

/** Reads what is there; changes nothing. Rejects with LlxError. */
export async function planDeployment(
  lambda: LambdaCalls,
  { functionName, alias, settings }: DeployRequest,
  { sha256, runtime, handler }: FunctionPackage,
): Promise<DeployPlan> {
  const deployed = await readDeployedFunction(lambda, functionName, alias);
  const wanted = { ...settings, codeSha256: sha256, runtime, handler };
  const role = settings.role ?? deployed?.role ?? defaultRole(functionName, lambda.target);
  return { deployed, changes: deployChanges(deployed, wanted), role };
}

/**
 * Carries a plan out: code and settings first, then a version of them, and only then the alias that requests come by. What
 * was interrupted is finished by the next deployment. Rejects with LlxError.
 *
 * @param onPublished before the version goes live
 */
export async function carryOutDeployment(
  lambda: LambdaCalls,
  { functionName, alias, share }: DeployRequest,
  code: FunctionPackage,
  { deployed, changes, role, tags }: DeployPlan,
  onPublished: (version: string) => void,
): Promise<Deployment> {
  const version = await putFunction(lambda, functionName, code, changes, { role, tags });
  onPublished(version);
  const was = deployed?.alias;
  const target = nextAlias(was, version, share);
  if (!sameAlias(was, target)) {
    await putAlias(lambda, { functionName, name: alias, exists: was !== undefined }, target);
  }
  const url =
    changes.url === undefined
      ? deployed?.url?.address
      : await putUrl(lambda, { functionName, qualifier: alias }, changes.url);
  return {
    version,
    alias: target,
    was,
    address: url === undefined ? undefined : liveAddress(functionName, alias, url, lambda.target),
    access: changes.url?.access ?? deployed?.url?.access,
  };
}

/** In an emulator a role of the function's name, which may do everything unless the configuration knows better. */
function defaultRole(functionName: string, { account, region }: AwsTarget): string {
  if (account !== undefined) return `arn:${partitionOf(region)}:iam::${account}:role/${functionName}`;
  throw new LlxError('LLX_USAGE', {
    message: `Expected the role of the new function ${functionName}, found none.`,
    mend: 'Say which role Lambda assumes for it: --role arn:aws:iam::ACCOUNT:role/NAME',
  });
}

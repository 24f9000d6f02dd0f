import { isLlxError, LlxError } from '../../../errors/llx-error.ts';
import { partitionOf } from '../../../protocol/partition.ts';
import type { AwsTarget } from '../../aws-target.ts';
import type { LambdaCalls } from '../lambda-calls.ts';
import type { FunctionPackage } from '../package/package-function.ts';
import { listFunctions } from '../run-list.ts';
import { type DeployChanges, deployChanges, type WantedFunction } from './deploy-changes.ts';
import {
  type AliasTarget,
  type DeployedFunction,
  readDeployedFunction,
  type UrlAccess,
} from './deployed-function.ts';
import { functionChanged } from './function-changed.ts';
import { liveAddress } from './live-address.ts';
import { moveAlias } from './move-alias.ts';
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
  if (deployed?.isConfigured === true) throw isOfConfiguration(functionName);
  const wanted = { ...settings, codeSha256: sha256, runtime, handler };
  const role = settings.role ?? deployed?.role ?? defaultRole(functionName, lambda.target);
  return { deployed, changes: deployChanges(deployed, wanted), role };
}

/**
 * Carries a plan out: code and settings first, then a version of them, and only then the alias that requests come by. What
 * was interrupted is finished by the next deployment. Rejects with LlxError.
 *
 * @param onPublished before the version goes live, which it does not where this rejects; with the plan that was carried out
 */
export async function carryOutDeployment(
  lambda: LambdaCalls,
  request: DeployRequest,
  code: FunctionPackage,
  first: DeployPlan,
  onPublished: (version: string, plan: DeployPlan) => void | Promise<void>,
): Promise<Deployment> {
  const { functionName, alias, share } = request;
  const { version, plan } = await publish(lambda, request, code, first);
  await onPublished(version, plan);
  const { deployed, changes } = plan;
  const planned = deployed?.alias;
  const moved = await moveAlias(lambda, { functionName, alias, version, share, planned });
  const url =
    changes.url === undefined
      ? deployed?.url?.address
      : await putUrl(lambda, { functionName, qualifier: alias }, changes.url);
  return {
    version,
    ...moved,
    address: url === undefined ? undefined : await addressOf(lambda, request, url),
    access: changes.url?.access ?? deployed?.url?.access,
  };
}

/** Where somebody else made the function after the plan, it is changed instead. */
async function publish(
  lambda: LambdaCalls,
  request: DeployRequest,
  code: FunctionPackage,
  plan: DeployPlan,
): Promise<{ readonly version: string; readonly plan: DeployPlan }> {
  const { functionName } = request;
  const version = await putFunction(lambda, functionName, code, plan.changes, plan);
  if (version !== undefined) return { version, plan };
  // Who tags what it makes looks after that alone: a function of that name which is somebody else's is not to change.
  const isOwner = plan.tags !== undefined;
  const next = isOwner ? plan : await planDeployment(lambda, request, code);
  if (next.changes.create) throw functionChanged(functionName, 'somebody else has made it');
  return await publish(lambda, request, code, next);
}

/** A key need not be allowed to list functions: then nobody knows whether another one has the host. */
async function addressOf(
  lambda: LambdaCalls,
  { functionName, alias }: DeployRequest,
  url: string,
): Promise<string> {
  const names = functionName === functionName.toLowerCase() ? [] : await namesIn(lambda);
  return liveAddress({ functionName, alias, url, names }, lambda.target);
}

async function namesIn(lambda: LambdaCalls): Promise<readonly string[] | undefined> {
  try {
    return (await listFunctions(lambda)).map(({ FunctionName = '' }) => FunctionName);
  } catch (error) {
    if (isLlxError(error) && error.code === 'LLX_AWS_DENIED') return undefined;
    throw error;
  }
}

/** In an emulator a role of the function's name, which may do everything unless the configuration knows better. */
function defaultRole(functionName: string, { account, region }: AwsTarget): string {
  if (account !== undefined) return `arn:${partitionOf(region)}:iam::${account}:role/${functionName}`;
  throw new LlxError('LLX_USAGE', {
    message: `Expected the role of the new function ${functionName}, found none.`,
    mend: 'Say which role Lambda assumes for it: --role arn:aws:iam::ACCOUNT:role/NAME',
  });
}

/** The API would refuse it, too: after the upload, and never of a dry run. */
function isOfConfiguration(functionName: string): LlxError {
  return new LlxError('LLX_USAGE', {
    message: `Expected another function than ${functionName}, which the emulator has from its configuration, found its name: nothing can be deployed there.`,
    mend: 'Deploy it under another name: --name NAME\nOr take it out of the configuration, and start the emulator again.',
  });
}

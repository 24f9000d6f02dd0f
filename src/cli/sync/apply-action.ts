import { createHash } from 'node:crypto';
import {
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  TagResourceCommand,
} from '@aws-sdk/client-lambda';
import { deployChanges } from '../platform/deploy/deploy-changes.ts';
import { carryOutDeployment, planDeployment } from '../platform/deploy/deploy-function.ts';
import { LIVE_ALIAS } from '../platform/deploy/live-address.ts';
import { putAlias } from '../platform/deploy/put-alias.ts';
import type { LambdaCalls } from '../platform/lambda-calls.ts';
import type { FunctionPackage } from '../platform/package/package-function.ts';
import { packageZip } from '../platform/package/package-zip.ts';
import { type RunningHandler, TAGS } from './deployed-state.ts';
import type { HandlerPackage } from './handler-package.ts';
import type { TriggerTarget } from './trigger-table.ts';
import type { TriggerTables } from './trigger-tables.ts';

export type Deploying = {
  readonly lambda: LambdaCalls;
  readonly tables: TriggerTables;
  readonly sourceName: string;
  /** That Lambda assumes for the functions. */
  readonly role: string | undefined;
};

/**
 * Makes a package live: a version of it, what its triggers need, the alias there, then its triggers. Where something is refused
 * the alias has not moved, so that what ran before serves on, in each round that tries again. Triggers that it has no more are left to `releaseTriggers`: other packages may take
 * them over first. Gives Lambda's version. Rejects with LlxError.
 *
 * @param onLive before the function is marked as done: what is interrupted here is done again, and told again
 */
export async function deployHandler(
  { lambda, tables, sourceName, role }: Deploying,
  wanted: HandlerPackage,
  was: RunningHandler | undefined,
  onLive: (version: string) => Promise<void>,
): Promise<string> {
  const { functionName, control, runtime, handler, timeout, memory, environment } = wanted;
  const code = await functionPackage(wanted);
  const settings = {
    environment,
    removedVariables: [],
    memory,
    timeout,
    ...(role === undefined ? {} : { role }),
    firstUrl: undefined,
  };
  const request = { functionName, alias: LIVE_ALIAS, settings };
  const found = await planDeployment(lambda, request, code);
  // A package says all of its variables: those of an earlier version go.
  const removedVariables = Object.keys(found.deployed?.environment ?? {}).filter(
    (name) => !(name in environment),
  );
  const changes = deployChanges(found.deployed, {
    ...settings,
    removedVariables,
    codeSha256: code.sha256,
    runtime,
    handler,
  });
  const tags = { [TAGS.source]: sourceName, [TAGS.control]: control };
  // With an alias that somebody has deleted went its permissions: then all triggers are made again.
  const has = was?.liveVersion === undefined ? undefined : was.triggers;
  const prepare = async () => {
    const target = await targetOf(lambda, functionName, timeout);
    return { target, undo: await tables.prepare(target, wanted.triggers, has) };
  };
  let prepared: Awaited<ReturnType<typeof prepare>> | undefined;
  const { version, was: aliasWas } = await carryOutDeployment(
    lambda,
    request,
    code,
    { ...found, changes, tags },
    async (_version, { deployed }) => {
      if (deployed?.alias !== undefined) prepared = await prepare();
    },
  ).catch(async (error: unknown) => {
    await prepared?.undo();
    throw error;
  });
  // What calls an alias can be made only where there is one.
  const { target, undo } = prepared ?? (await prepare());
  try {
    await tables.put(target, wanted.triggers, has);
  } catch (error) {
    await undo();
    if (aliasWas !== undefined)
      await putAlias(lambda, { functionName, name: LIVE_ALIAS, exists: true }, aliasWas);
    throw error;
  }
  await onLive(version);
  const Tags = {
    ...tags,
    [TAGS.version]: wanted.version,
    [TAGS.digest]: wanted.digest,
    [TAGS.live]: version,
  };
  const Resource = target.arn.slice(0, -`:${LIVE_ALIAS}`.length);
  await lambda.call('TagResource', functionName, (client, options) =>
    client.send(new TagResourceCommand({ Resource, Tags }), options),
  );
  return version;
}

/** Removes the triggers that a handler's new package does not have any more. */
export async function releaseTriggers(
  { tables }: Pick<Deploying, 'tables'>,
  was: RunningHandler,
  wanted: HandlerPackage,
): Promise<void> {
  await tables.release(was.target, was.triggers, wanted.triggers);
}

/** First what calls it, then the function with its versions. Queues stay, with their messages. */
export async function removeHandler(
  { lambda, tables }: Pick<Deploying, 'lambda' | 'tables'>,
  { functionName, target, triggers }: RunningHandler,
): Promise<void> {
  await tables.release(target, triggers);
  await lambda.find('DeleteFunction', functionName, (client, options) =>
    client.send(new DeleteFunctionCommand({ FunctionName: functionName }), options),
  );
}

async function functionPackage({ runtime, handler, files }: HandlerPackage): Promise<FunctionPackage> {
  const zip = await packageZip(files);
  const sha256 = createHash('sha256').update(zip).digest('base64');
  return { runtime, handler, zip, sha256, files: files.length, notices: [] };
}

async function targetOf(lambda: LambdaCalls, functionName: string, timeout: number): Promise<TriggerTarget> {
  const { FunctionArn = '' } = await lambda.call(
    'GetFunctionConfiguration',
    functionName,
    (client, options) =>
      client.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }), options),
  );
  return { functionName, arn: `${FunctionArn}:${LIVE_ALIAS}`, timeout };
}

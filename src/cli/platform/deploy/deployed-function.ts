import { isDeepStrictEqual } from 'node:util';
import {
  type FunctionConfiguration,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  GetFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda';
import type { LambdaCalls } from '../lambda-calls.ts';

/** Who may call a function's URL: whoever knows it, or those whom a policy allows and who sign. */
export type UrlAccess = 'public' | 'iam';

/** What a function is now, as far as a deployment looks at it. */
export type DeployedFunction = {
  /** Of the package of `$LATEST`: base64. */
  readonly codeSha256: string;
  readonly runtime: string;
  readonly handler: string;
  /** MiB. */
  readonly memory: number;
  /** Seconds. */
  readonly timeout: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly role: string;
  /** By the emulator's configuration: the API shows it, and does not change it. */
  readonly isConfigured: boolean;
  readonly alias?: FoundAlias;
  /** Whether the alias leads to what `$LATEST` is; false without an alias. */
  readonly aliasIsLatest: boolean;
  /** Of the alias. */
  readonly url?: { readonly address: string; readonly access: UrlAccess };
};

export type AliasTarget = {
  readonly version: string;
  /** Shares of 0..1 that other versions get. */
  readonly weights: Readonly<Record<string, number>>;
};

export type FoundAlias = AliasTarget & {
  /** Another one after each change. */
  readonly revisionId: string;
};

/** What packages are made for; undefined where there is no function of that name, or an image. Rejects with LlxError. */
export async function readRuntime(lambda: LambdaCalls, functionName: string): Promise<string | undefined> {
  return (await readConfiguration(lambda, functionName))?.Runtime;
}

async function readConfiguration(
  lambda: LambdaCalls,
  FunctionName: string,
): Promise<FunctionConfiguration | undefined> {
  return await lambda.find('GetFunctionConfiguration', FunctionName, (client, options) =>
    client.send(new GetFunctionConfigurationCommand({ FunctionName }), options),
  );
}

/** Undefined where there is no function of that name. Rejects with LlxError. */
export async function readDeployedFunction(
  lambda: LambdaCalls,
  FunctionName: string,
  aliasName: string,
): Promise<DeployedFunction | undefined> {
  const configuration = await readConfiguration(lambda, FunctionName);
  if (configuration === undefined) return undefined;
  const [alias, live, url] = await Promise.all([
    readAlias(lambda, FunctionName, aliasName),
    lambda.find('GetFunctionConfiguration', FunctionName, (client, options) =>
      client.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier: aliasName }), options),
    ),
    lambda.find('GetFunctionUrlConfig', FunctionName, (client, options) =>
      client.send(new GetFunctionUrlConfigCommand({ FunctionName, Qualifier: aliasName }), options),
    ),
  ]);
  return {
    ...settingsOf(configuration),
    isConfigured: isConfigured(configuration),
    aliasIsLatest: live !== undefined && isDeepStrictEqual(settingsOf(live), settingsOf(configuration)),
    ...(alias === undefined ? {} : { alias }),
    ...(url?.FunctionUrl === undefined
      ? {}
      : { url: { address: url.FunctionUrl, access: url.AuthType === 'NONE' ? 'public' : 'iam' } }),
  };
}

/** Whatever the API changes has a revision. */
export function isConfigured({ RevisionId }: FunctionConfiguration): boolean {
  return RevisionId === undefined;
}

function settingsOf(configuration: FunctionConfiguration) {
  return {
    codeSha256: configuration.CodeSha256 ?? '',
    runtime: configuration.Runtime ?? '',
    handler: configuration.Handler ?? '',
    memory: configuration.MemorySize ?? 0,
    timeout: configuration.Timeout ?? 0,
    environment: configuration.Environment?.Variables ?? {},
    role: configuration.Role ?? '',
  };
}

/** Undefined where the function has no alias of that name. Rejects with LlxError. */
export async function readAlias(
  lambda: LambdaCalls,
  FunctionName: string,
  Name: string,
): Promise<FoundAlias | undefined> {
  const alias = await lambda.find('GetAlias', FunctionName, (client, options) =>
    client.send(new GetAliasCommand({ FunctionName, Name }), options),
  );
  return alias?.FunctionVersion === undefined
    ? undefined
    : {
        version: alias.FunctionVersion,
        weights: alias.RoutingConfig?.AdditionalVersionWeights ?? {},
        revisionId: alias.RevisionId ?? '',
      };
}

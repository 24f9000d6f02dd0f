import {
  CreateFunctionCommand,
  LambdaServiceException,
  PublishVersionCommand,
  type Runtime,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
  waitUntilPublishedVersionActive,
} from '@aws-sdk/client-lambda';
import type { LambdaCalls } from '../lambda-calls.ts';
import type { FunctionPackage } from '../package/package-function.ts';
import type { ChangedSettings, DeployChanges } from './deploy-changes.ts';
import { functionChanged } from './function-changed.ts';

/** A package of 50 MiB over a slow line. */
const UPLOAD_MS = 10 * 60_000;
const WAIT = { maxWaitTime: 300, minDelay: 1, maxDelay: 5 } as const;

/** What CreateFunction cannot do without; whoever changes a function leaves it alone. */
export type FirstSettings = {
  readonly role: string;
  readonly tags?: Readonly<Record<string, string>> | undefined;
};

/**
 * Creates the function, or changes what is different, and publishes a version of it: Lambda makes none where nothing has
 * changed since the last one. Gives its number. Nothing of this is live before an alias leads to it.
 *
 * @returns undefined where it was to be created and is there by now, which is not as the changes were planned for
 */
export async function putFunction(
  lambda: LambdaCalls,
  functionName: string,
  { zip, sha256 }: FunctionPackage,
  { create, code, settings = {} }: DeployChanges,
  first: FirstSettings,
): Promise<string | undefined> {
  if (create && !(await createFunction(lambda, functionName, zip, { ...first, ...settings })))
    return undefined;
  if (!create && code) {
    const input = { FunctionName: functionName, ZipFile: zip };
    await lambda.call('UpdateFunctionCode', functionName, (client, options) =>
      client.send(new UpdateFunctionCodeCommand(input), { ...options, requestTimeout: UPLOAD_MS }),
    );
    await settled(lambda, functionName);
  }
  if (!create && Object.keys(settings).length > 0) {
    const input = { FunctionName: functionName, ...members(settings) };
    await lambda.call('UpdateFunctionConfiguration', functionName, (client, options) =>
      client.send(new UpdateFunctionConfigurationCommand(input), options),
    );
    await settled(lambda, functionName);
  }
  const version = await publishVersion(lambda, functionName, sha256);
  const Qualifier = version;
  // Requests that an alias sends to a version that is not ready would fail.
  await lambda.call('GetFunctionConfiguration', functionName, (client, { abortSignal }) =>
    waitUntilPublishedVersionActive(
      { client, abortSignal, ...WAIT },
      { FunctionName: functionName, Qualifier },
    ),
  );
  return version;
}

async function publishVersion(
  lambda: LambdaCalls,
  FunctionName: string,
  CodeSha256: string,
): Promise<string> {
  return await lambda.call('PublishVersion', FunctionName, async (client, options) => {
    try {
      // Whoever deploys at the same time must not get this deployment's version with other code.
      const input = { FunctionName, CodeSha256 };
      return (await client.send(new PublishVersionCommand(input), options)).Version ?? '';
    } catch (error) {
      if (isServiceError(error, 'InvalidParameterValueException') && /CodeSha256/i.test(error.message)) {
        throw functionChanged(FunctionName, 'another deployment has uploaded other code', error);
      }
      throw error;
    }
  });
}

/** Gives whether it was created: false where there is one of that name. */
async function createFunction(
  lambda: LambdaCalls,
  FunctionName: string,
  ZipFile: Uint8Array,
  settings: ChangedSettings & FirstSettings,
): Promise<boolean> {
  const { role, tags: Tags = {} } = settings;
  const input = { FunctionName, Code: { ZipFile }, Role: role, Tags, ...members(settings) };
  const isCreated = await lambda.call('CreateFunction', FunctionName, async (client, options) => {
    try {
      await client.send(new CreateFunctionCommand(input), { ...options, requestTimeout: UPLOAD_MS });
      return true;
    } catch (error) {
      if (isServiceError(error, 'ResourceConflictException')) return false;
      throw error;
    }
  });
  await lambda.call('GetFunction', FunctionName, (client, { abortSignal }) =>
    waitUntilFunctionActiveV2({ client, abortSignal, ...WAIT }, { FunctionName }),
  );
  return isCreated;
}

function isServiceError(error: unknown, name: string): error is LambdaServiceException {
  return error instanceof LambdaServiceException && error.name === name;
}

/** AWS takes no change while another one is on its way. https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html */
async function settled(lambda: LambdaCalls, FunctionName: string): Promise<void> {
  await lambda.call('GetFunction', FunctionName, (client, { abortSignal }) =>
    waitUntilFunctionUpdatedV2({ client, abortSignal, ...WAIT }, { FunctionName }),
  );
}

function members({ runtime, handler, memory, timeout, environment, role }: ChangedSettings) {
  return {
    // Lambda's list grows; it says itself which ones it does not know.
    ...(runtime === undefined ? {} : { Runtime: runtime as Runtime }),
    ...(handler === undefined ? {} : { Handler: handler }),
    ...(memory === undefined ? {} : { MemorySize: memory }),
    ...(timeout === undefined ? {} : { Timeout: timeout }),
    ...(environment === undefined ? {} : { Environment: { Variables: environment } }),
    ...(role === undefined ? {} : { Role: role }),
  };
}

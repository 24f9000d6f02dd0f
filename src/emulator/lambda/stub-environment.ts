import type { FunctionSpec } from '../../runtime/invocation.ts';
import type { Identities } from '../identity/identities.ts';
import type { DeployedFunction } from './function-registry.ts';

/** Where a stub finds its broker. */
export type StubPlace = {
  /** The broker's plain port. */
  readonly mqttUrl: string;
  /** The broker as IoT Core, where that port is open: stubs then connect as they do on AWS. */
  readonly iot?: {
    /** `localhost:8443` */
    readonly endpoint: string;
    /** Path of the CA's PEM file. */
    readonly caFile: string;
  };
};

/** The variables that a function has beside its own when a stub stands in front of its handler (docs/live.md). */
export function stubVariables(
  { handler, arn }: FunctionSpec,
  { mqttUrl, iot }: StubPlace,
): Readonly<Record<string, string>> {
  return {
    LLX_HANDLER: handler,
    LLX_FUNCTION_ARN: arn,
    ...(iot === undefined
      ? // What a function has for AWS must not win here.
        { LLX_BROKER_URL: mqttUrl, LLX_IOT_ENDPOINT: '' }
      : { LLX_IOT_ENDPOINT: iot.endpoint, LLX_BROKER_CA: iot.caFile }),
  };
}

export type DeployedPlace = {
  /** `http://127.0.0.1:4566` */
  readonly endpoint: string;
  /** Where its log is kept. Undefined: the runtime names a stream of its own. */
  readonly log: Pick<DeployedFunction, 'logGroupName' | 'logStreamName'> | undefined;
  readonly iot?: StubPlace['iot'];
};

/**
 * What Lambda puts into the environment of a function's deployed code: the credentials of its role, and where AWS is.
 *
 * @throws AwsError where the role does not trust Lambda.
 */
export function deployedVariables(
  identities: Identities,
  { name, environment }: FunctionSpec,
  { endpoint, log, iot }: DeployedPlace,
): Readonly<Record<string, string>> {
  return {
    ...roleVariables(identities, name),
    ...(log === undefined
      ? {}
      : { AWS_LAMBDA_LOG_GROUP_NAME: log.logGroupName, AWS_LAMBDA_LOG_STREAM_NAME: log.logStreamName }),
    // A stub in a layer, put there as docs/live.md says it: no system trusts this machine's authority.
    ...(iot !== undefined && environment.LLX_IOT_ENDPOINT === iot.endpoint
      ? { LLX_BROKER_CA: environment.LLX_BROKER_CA ?? iot.caFile }
      : {}),
    // A function may have an AWS of its own.
    AWS_ENDPOINT_URL: environment.AWS_ENDPOINT_URL ?? endpoint,
  };
}

/**
 * The whole environment of a function's stub in the host process, with the credentials of its role.
 */
export function hostedEnvironment(options: {
  readonly identities: Identities;
  readonly place: () => StubPlace;
  readonly onNotice: (text: string) => void;
}): (spec: FunctionSpec) => Readonly<Record<string, string>> {
  const { identities, place, onNotice } = options;
  return (spec) => ({
    ...spec.environment,
    AWS_REGION: spec.arn.split(':')[3] ?? '',
    AWS_EXECUTION_ENV: `AWS_Lambda_${spec.runtime}`,
    LAMBDA_TASK_ROOT: spec.root,
    ...stubVariables(spec, place()),
    ...credentialVariables(identities, spec, onNotice),
  });
}

function credentialVariables(
  identities: Identities,
  { name }: FunctionSpec,
  onNotice: (text: string) => void,
): Readonly<Record<string, string>> {
  try {
    return roleVariables(identities, name);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    onNotice(`The stub of ${name} has no credentials: ${reason}`);
    return {};
  }
}

function roleVariables(identities: Identities, functionName: string): Readonly<Record<string, string>> {
  const { accessKeyId, secretAccessKey, sessionToken } = identities.functionCredentials(functionName);
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
}

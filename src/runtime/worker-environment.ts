import { randomBytes } from 'node:crypto';
import { devNull } from 'node:os';
import type { FunctionSpec } from './invocation.ts';
import { runtimeFamily } from './runtime-family.ts';
import { searchPaths } from './search-paths.ts';

/**
 * What a handler may see of the developer's own environment: what tools and TLS need on this machine. Nothing that
 * begins with AWS_ is among it, so neither profile nor keys nor endpoints of the developer reach the handler.
 */
const KEPT = [
  'PATH',
  'HOME',
  'USER',
  'SHELL',
  'TMPDIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];

/**
 * Names that a function's own variables do not set. Lambda reserves the keys
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html). There they win over the other names, which
 * have no effect; here the credentials come from a container endpoint, and the AWS SDKs would ask these first.
 */
const CREDENTIAL_NAMES = [
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
];

export type Environment = Readonly<Record<string, string>>;

/** What a worker of this function gets beside its own environment: its credentials, for one. */
export type EnvironmentOf = (spec: FunctionSpec) => Environment | Promise<Environment>;

export function keptEnvironment(developer: NodeJS.ProcessEnv): Environment {
  const kept: Record<string, string> = { LANG: 'en_US.UTF-8', TZ: ':UTC' };
  for (const name of KEPT) {
    const value = developer[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

export type HandlerEnvironmentOptions = {
  readonly kept: Environment;
  readonly runtimeDirectory: string;
  readonly logStreamName: string;
  /** The directory that stands for /opt, where the function has layers. */
  readonly opt?: string | undefined;
};

/**
 * The environment of a handler: Lambda's own names (recordings of nodejs22.x and nodejs24.x from 2026-01), the
 * function's variables, and the kept ones. The function's variables cannot replace what Lambda reserves.
 */
export function handlerEnvironment(spec: FunctionSpec, options: HandlerEnvironmentOptions): Environment {
  const region = spec.arn.split(':')[3] ?? 'us-east-1';
  const isProvided = runtimeFamily(spec.runtime) === 'provided';
  return {
    ...options.kept,
    // The profiles and the instance role of the developer's machine would win over the function's credentials.
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_CONFIG_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:2000',
    _AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1',
    _AWS_XRAY_DAEMON_PORT: '2000',
    ...withoutCredentials(spec.environment),
    ...searchPaths(spec, options),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html: not of OS-only runtimes.
    ...(isProvided ? {} : { AWS_EXECUTION_ENV: `AWS_Lambda_${spec.runtime}` }),
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: spec.version ?? '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: options.logStreamName,
    LAMBDA_TASK_ROOT: spec.root,
    LAMBDA_RUNTIME_DIR: options.runtimeDirectory,
    PWD: spec.root,
    SHLVL: '0',
    _HANDLER: spec.handler,
  };
}

/** A function's own variables without those that decide about credentials: these are llx's to give. */
export function withoutCredentials(environment: Environment): Environment {
  const allowed: Record<string, string> = { ...environment };
  for (const name of CREDENTIAL_NAMES) delete allowed[name];
  return allowed;
}

/** `2026/01/12/[$LATEST]` and 32 hexadecimal digits, as Lambda names the stream of an environment. */
export function createLogStreamName(version = '$LATEST', now: Date = new Date()): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[${version}]${randomBytes(16).toString('hex')}`;
}

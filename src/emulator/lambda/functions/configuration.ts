import { createHash } from 'node:crypto';
import { runtimeFamily } from '../../../runtime/runtime-family.ts';
import type { FunctionScope } from '../function-name.ts';
import type { DeployedFunction } from '../function-registry.ts';
import { type FunctionVersion, versionText } from './function-settings.ts';

/** An answer's `FunctionConfiguration`. */
export type Configuration = Readonly<Record<string, unknown>>;

const CREATING = 'The function is being created.';
/** Of what is read later: there is nothing to wait for. */
const READY = { State: 'Active', LastUpdateStatus: 'Successful' };

/** What lists show of a version: without its state. */
export function listedConfiguration(version: FunctionVersion, arn: string): Configuration {
  const { code, settings } = version;
  return {
    FunctionName: version.functionName,
    FunctionArn: arn,
    ...settings,
    ...(code.package.kind === 'zip'
      ? { CodeSha256: code.package.sha256, CodeSize: code.package.size }
      : { CodeSha256: createHash('sha256').update(code.package.path).digest('base64'), CodeSize: 0 }),
    LastModified: timestamp(version.lastModified),
    PackageType: 'Zip',
    RevisionId: version.revisionId,
    Version: versionText(version.version),
  };
}

export function configurationOf(version: FunctionVersion, arn: string, scope: FunctionScope): Configuration {
  const runtime = createHash('sha256').update(version.settings.Runtime).digest('hex');
  return {
    ...listedConfiguration(version, arn),
    RuntimeVersionConfig: { RuntimeVersionArn: `arn:aws:lambda:${scope.region}::runtime:${runtime}` },
    ...READY,
  };
}

/** The answer to a creation: clients wait until the function is active, which it is at the next call. */
export function creating(configuration: Configuration): Configuration {
  const { LastUpdateStatus: _, ...rest } = configuration;
  return { ...rest, State: 'Pending', StateReason: CREATING, StateReasonCode: 'Creating' };
}

/** The answer to a change, likewise. */
export function updating(configuration: Configuration): Configuration {
  return {
    ...configuration,
    LastUpdateStatus: 'InProgress',
    LastUpdateStatusReason: CREATING,
    LastUpdateStatusReasonCode: 'Creating',
  };
}

/**
 * Of a function with a stub in front, as docs/live.md deploys it: the handler behind it stands in LLX_HANDLER. The stub's
 * layer is for Node.js: of others the configuration is shown that they are written with.
 */
const STUB_HANDLER = '/opt/llx/index.handler';

/** Of a function of llx's configuration. It has no package, so `CodeSha256` tells its settings apart. */
export function configuredConfiguration(
  { spec, logGroupName, stubbed }: DeployedFunction,
  arn: string,
  role: string,
): Configuration {
  const hasLayer = stubbed && runtimeFamily(spec.runtime) === 'nodejs';
  const variables = hasLayer ? { ...spec.environment, LLX_HANDLER: spec.handler } : spec.environment;
  return {
    FunctionName: spec.name,
    FunctionArn: arn,
    Runtime: spec.runtime,
    Role: role,
    Handler: hasLayer ? STUB_HANDLER : spec.handler,
    CodeSize: 0,
    CodeSha256: createHash('sha256').update(JSON.stringify(spec)).digest('base64'),
    Description: '',
    Timeout: spec.timeoutMs / 1000,
    MemorySize: spec.memoryMb,
    ...(Object.keys(variables).length > 0 ? { Environment: { Variables: variables } } : {}),
    TracingConfig: { Mode: 'PassThrough' },
    Version: '$LATEST',
    ...READY,
    PackageType: 'Zip',
    Architectures: [process.arch === 'arm64' ? 'arm64' : 'x86_64'],
    EphemeralStorage: { Size: 512 },
    LoggingConfig: { LogFormat: 'Text', LogGroup: logGroupName },
  };
}

/** `2026-01-12T09:14:35.000+0000` */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000');
}

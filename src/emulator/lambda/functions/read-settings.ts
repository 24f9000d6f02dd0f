import { isQueueArn } from '../invocations/destinations.ts';
import { invalidParameter } from '../lambda-errors.ts';
import type { SystemLogLevel } from '../platform-log.ts';
import { checkVariables } from './environment-rules.ts';
import type { FunctionSettings, LoggingConfig } from './function-settings.ts';
import type { Members } from './members.ts';
import { ALL_RUNTIMES, RUNNABLE_RUNTIMES, supportsSnapStart } from './runtimes.ts';

/** Members of a request that would ask for something that the emulator does not have; an empty one asks for nothing. */
const REFUSED = [
  'CapacityProviderConfig',
  'CodeSigningConfigArn',
  'DurableConfig',
  'FileSystemConfigs',
  'ImageConfig',
  'TenancyConfig',
];

const ROLE = {
  test: /^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/,
  text: 'arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+',
};
const HANDLER = { test: /^\S+$/, text: '[^\\s]+' };
const ARN_OR_NONE = {
  test: /^((arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|())$/,
  text: '(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()',
};
const LOG_GROUP = { test: /^[.\-_/#A-Za-z0-9]+$/, text: '[\\.\\-_/#A-Za-z0-9]+' };

/** Settings without what other parts look up. */
export type OwnSettings = Omit<FunctionSettings, 'Layers'>;

/**
 * The settings of `CreateFunction`, or of `UpdateFunctionConfiguration`, which changes only what it names.
 *
 * @param before of the function as it is; absent where it is created
 * @throws AwsError 400
 */
export function readSettings(
  members: Members,
  functionName: string,
  before: FunctionSettings | undefined,
): OwnSettings {
  const text = (name: string, rules: Parameters<Members['text']>[1]): string | undefined =>
    before === undefined ? members.requiredText(name, rules) : members.text(name, rules);
  const role = text('Role', { pattern: ROLE }) ?? before?.Role ?? '';
  const handler = members.text('Handler', { max: 128, pattern: HANDLER }) ?? before?.Handler;
  const runtime = members.text('Runtime') ?? before?.Runtime;
  const settings = {
    Role: role,
    Description: members.text('Description', { max: 256 }) ?? before?.Description ?? '',
    Timeout: members.integer('Timeout', { min: 1, max: 900 }) ?? before?.Timeout ?? 3,
    MemorySize: members.integer('MemorySize', { min: 128, max: 10_240 }) ?? before?.MemorySize ?? 128,
    ...environmentOf(members, before),
    EphemeralStorage: { Size: storageOf(members) ?? before?.EphemeralStorage.Size ?? 512 },
    TracingConfig: {
      Mode:
        members.structure('TracingConfig')?.text('Mode', { values: ['Active', 'PassThrough'] }) ??
        before?.TracingConfig.Mode ??
        'PassThrough',
    },
    ...deadLetterOf(members, before),
    LoggingConfig: loggingOf(members, functionName, before),
    ...keyOf(members, before),
    ...networkOf(members, before),
    Architectures: before?.Architectures ?? architecturesOf(members),
    SnapStart: {
      ApplyOn: snapStartOf(members) ?? before?.SnapStart.ApplyOn ?? 'None',
      OptimizationStatus: 'Off' as const,
    },
  };
  members.check();
  for (const name of REFUSED) refuse(members, name);
  return { ...settings, ...runtimeOf(runtime, handler, settings.SnapStart.ApplyOn) };
}

/** `UpdateFunctionCode` may name them, too. */
export function architecturesOf(members: Members, before?: readonly string[]): readonly string[] {
  const each = { values: ['x86_64', 'arm64'] };
  const given = members.list('Architectures', { max: 1, each });
  return given !== undefined && given.length > 0 ? given : (before ?? ['x86_64']);
}

function runtimeOf(
  runtime: string | undefined,
  handler: string | undefined,
  snapStart: string,
): { readonly Runtime: string; readonly Handler: string } {
  if (runtime === undefined || handler === undefined) {
    throw invalidParameter(
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    );
  }
  if (!ALL_RUNTIMES.includes(runtime)) {
    throw invalidParameter(
      `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${ALL_RUNTIMES.join(', ')}] or be a valid ARN`,
    );
  }
  if (!RUNNABLE_RUNTIMES.includes(runtime)) {
    throw invalidParameter(
      `llx's emulator cannot run ${runtime}: it runs ${RUNNABLE_RUNTIMES.join(', ')}. With provided.al2023 any program runs that speaks Lambda's Runtime API.`,
    );
  }
  if (snapStart !== 'None' && !supportsSnapStart(runtime)) {
    throw invalidParameter(`${runtime} is not supported for SnapStart enabled functions.`);
  }
  return { Runtime: runtime, Handler: handler };
}

function environmentOf(
  members: Members,
  before: FunctionSettings | undefined,
): Pick<FunctionSettings, 'Environment'> {
  const environment = members.structure('Environment');
  if (environment === undefined) {
    return before?.Environment === undefined ? {} : { Environment: before.Environment };
  }
  const variables = environment.textMap('Variables') ?? {};
  checkVariables(variables);
  return { Environment: { Variables: variables } };
}

function storageOf(members: Members): number | undefined {
  return members.structure('EphemeralStorage')?.integer('Size', { min: 512, max: 10_240 });
}

function deadLetterOf(
  members: Members,
  before: FunctionSettings | undefined,
): Pick<FunctionSettings, 'DeadLetterConfig'> {
  const config = members.structure('DeadLetterConfig');
  const target =
    config === undefined
      ? before?.DeadLetterConfig?.TargetArn
      : config.text('TargetArn', { pattern: ARN_OR_NONE });
  if (target !== undefined && target !== '' && !isQueueArn(target)) {
    throw invalidParameter(`llx's emulator delivers dead letters to SQS queues only, not to ${target}.`);
  }
  return target === undefined || target === '' ? {} : { DeadLetterConfig: { TargetArn: target } };
}

const APPLICATION_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const SYSTEM_LEVELS: readonly SystemLogLevel[] = ['DEBUG', 'INFO', 'WARN'];

function loggingOf(
  members: Members,
  functionName: string,
  before: FunctionSettings | undefined,
): LoggingConfig {
  const config = members.structure('LoggingConfig');
  const kept = before?.LoggingConfig ?? { LogFormat: 'Text', LogGroup: `/aws/lambda/${functionName}` };
  if (config === undefined) return kept;
  const LogFormat = config.text('LogFormat', { values: ['JSON', 'Text'] }) ?? kept.LogFormat;
  const LogGroup = config.text('LogGroup', { min: 1, max: 512, pattern: LOG_GROUP }) ?? kept.LogGroup;
  const application = config.text('ApplicationLogLevel', { values: APPLICATION_LEVELS });
  const system = config.choice('SystemLogLevel', SYSTEM_LEVELS);
  if (LogFormat === 'Text') {
    if (application !== undefined || system !== undefined) {
      throw invalidParameter(
        'You must set your LogFormat to JSON to use ApplicationLogLevel or SystemLogLevel.',
      );
    }
    return { LogFormat, LogGroup };
  }
  return {
    LogFormat,
    LogGroup,
    ApplicationLogLevel: application ?? kept.ApplicationLogLevel ?? 'INFO',
    SystemLogLevel: system ?? kept.SystemLogLevel ?? 'INFO',
  };
}

function keyOf(members: Members, before: FunctionSettings | undefined): Pick<FunctionSettings, 'KMSKeyArn'> {
  const key = members.text('KMSKeyArn', { pattern: ARN_OR_NONE }) ?? before?.KMSKeyArn ?? '';
  return key === '' ? {} : { KMSKeyArn: key };
}

/** Shown as it was given: functions run on this machine, in its network. */
function networkOf(
  members: Members,
  before: FunctionSettings | undefined,
): Pick<FunctionSettings, 'VpcConfig'> {
  const config = members.structure('VpcConfig');
  if (config === undefined) return before?.VpcConfig === undefined ? {} : { VpcConfig: before.VpcConfig };
  const SubnetIds = config.list('SubnetIds', { max: 16 }) ?? [];
  const SecurityGroupIds = config.list('SecurityGroupIds', { max: 5 }) ?? [];
  if (SubnetIds.length === 0 && SecurityGroupIds.length === 0) return {};
  const Ipv6AllowedForDualStack = config.boolean('Ipv6AllowedForDualStack') ?? false;
  return { VpcConfig: { SubnetIds, SecurityGroupIds, VpcId: '', Ipv6AllowedForDualStack } };
}

function snapStartOf(members: Members): string | undefined {
  return members.structure('SnapStart')?.text('ApplyOn', { values: ['PublishedVersions', 'None'] });
}

function refuse(members: Members, name: string): void {
  if (!members.isEmpty(name)) throw invalidParameter(`llx's emulator does not take ${name}.`);
}

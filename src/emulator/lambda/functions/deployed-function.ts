import type { CodeStore } from '../../code/code-store.ts';
import type { EmulatorClock } from '../../emulator-clock.ts';
import { type FunctionScope, functionArn } from '../function-name.ts';
import type { DeployedFunction } from '../function-registry.ts';
import { logStreamName } from '../log-stream-name.ts';
import { type FunctionVersion, versionText } from './function-settings.ts';

/** Makes of a version what an invocation needs: its specification for the runtime, and its log. */
export function deployedFunction(
  version: FunctionVersion,
  {
    code,
    scope,
    clock,
  }: { readonly code: CodeStore; readonly scope: FunctionScope; readonly clock: EmulatorClock },
): DeployedFunction {
  const { functionName, settings } = version;
  const number = versionText(version.version);
  const { DeadLetterConfig, LoggingConfig } = settings;
  return {
    spec: {
      name: functionName,
      arn: functionArn(scope, functionName),
      handler: settings.Handler,
      runtime: settings.Runtime,
      timeoutMs: settings.Timeout * 1000,
      memoryMb: settings.MemorySize,
      environment: { ...settings.Environment?.Variables, ...loggingVariables(version) },
      root:
        version.code.package.kind === 'zip'
          ? code.directoryOf(version.code.package.sha256)
          : version.code.package.path,
      code: 'package',
      stored: version.code.package.kind === 'zip',
      version: number,
      layers: version.code.layers.map((sha256) => code.directoryOf(sha256)),
    },
    stubbed: false,
    logGroupName: LoggingConfig.LogGroup,
    ...(LoggingConfig.LogFormat === 'JSON' ? { systemLogLevel: LoggingConfig.SystemLogLevel ?? 'INFO' } : {}),
    logStreamName: logStreamName(number, clock.now()),
    ...(DeadLetterConfig === undefined ? {} : { deadLetterArn: DeadLetterConfig.TargetArn }),
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html */
function loggingVariables({ settings }: FunctionVersion): Readonly<Record<string, string>> {
  const { LogFormat, ApplicationLogLevel } = settings.LoggingConfig;
  if (LogFormat === 'Text') return {};
  return {
    AWS_LAMBDA_LOG_FORMAT: LogFormat,
    ...(ApplicationLogLevel === undefined ? {} : { AWS_LAMBDA_LOG_LEVEL: ApplicationLogLevel }),
  };
}

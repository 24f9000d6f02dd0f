import { LlxError } from '../../errors/llx-error.ts';
import { awsTarget, type TargetFlags } from '../aws-target.ts';
import { type LogSource, logSource } from './log-source.ts';

/** Opens the log of a function, by name or ARN, or a log group, which begins with a slash. Rejects with LlxError. */
export async function openLogSource(
  name: string,
  flags: TargetFlags,
  { env, signal }: { readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<LogSource> {
  const group = logGroupOf(name);
  const target = await awsTarget(flags, { env, signal });
  const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
  return logSource({
    client: new CloudWatchLogsClient(target.clientSettings),
    group,
    place: target.describe(),
    asked: { emulator: target.endpoint !== undefined },
  });
}

/** `orders`, `orders:live`, `arn:aws:lambda:…:function:orders:live`, `/aws/lambda/orders` */
export function logGroupOf(name: string): string {
  if (name.startsWith('/')) return name;
  const functionName = /^(?:arn:[^:]+:lambda:[^:]*:[^:]*:function:)?([\w-]+)(?::[\w$-]+)?$/.exec(name)?.[1];
  if (functionName !== undefined) return `/aws/lambda/${functionName}`;
  throw new LlxError('LLX_USAGE', {
    message: `Expected a function’s name or ARN, or a log group such as /aws/lambda/orders, found "${name.slice(0, 200)}".`,
    mend: 'llx logs --help',
  });
}

import { LlxError } from '../../errors/llx-error.ts';
import { proxyFor } from '../../transport/mqtt/proxy-for.ts';
import { readEmulatorState } from '../emulator-client.ts';
import { AwsHttpHandler } from '../live/aws-http-handler.ts';
import { resolveRegion } from '../live/aws-region.ts';
import { masterCredentials } from '../live/master-credentials.ts';
import { type LogSource, logSource } from './log-source.ts';

export type LogPlaceFlags = {
  readonly endpoint: string;
  readonly aws?: boolean;
  readonly region?: string;
  readonly profile?: string;
};

/** Opens the log of a function, by name or ARN, or a log group, which begins with a slash. Rejects with LlxError. */
export async function openLogSource(
  name: string,
  flags: LogPlaceFlags,
  { env, signal }: { readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<LogSource> {
  const group = logGroupOf(name);
  if (flags.aws === true) return await openInAws(group, flags, env);
  const { endpoint } = flags;
  const state = await readEmulatorState(endpoint, signal);
  const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
  const client = new CloudWatchLogsClient({
    endpoint,
    region: state.region,
    credentials: masterCredentials({}, state),
    maxAttempts: 1,
  });
  return logSource({ client, group, place: endpoint, asked: { emulator: true } });
}

async function openInAws(
  group: string,
  { region, profile }: LogPlaceFlags,
  env: NodeJS.ProcessEnv,
): Promise<LogSource> {
  const named = {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  };
  const found = await resolveRegion({ ...named, env });
  const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
  const client = new CloudWatchLogsClient({
    region: found,
    credentials: masterCredentials({ ...named, region: found }, undefined),
    requestHandler: new AwsHttpHandler(proxyFor),
    maxAttempts: 3,
  });
  return logSource({ client, group, place: `AWS (${found})`, asked: {} });
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

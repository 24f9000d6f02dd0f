import type { HttpHandlerUserInput } from '@smithy/core/protocols';
import { type Command, Option } from 'commander';
import { LlxError } from '../errors/llx-error.ts';
import type { CredentialProvider } from '../signature/credentials.ts';
import { url } from './flags.ts';

/** Where llx listens when nothing else was said. */
const DEFAULT_ENDPOINT = 'http://127.0.0.1:4566';

export type TargetFlags = {
  readonly endpoint?: string;
  readonly aws?: boolean;
  readonly region?: string;
  readonly profile?: string;
};

/** Whom a command asks: an emulator, or AWS. */
export type AwsTarget = {
  /** Of an emulator; absent: AWS. */
  readonly endpoint?: string;
  readonly region: string;
  /** Of an emulator, which says it; at AWS only STS knows. */
  readonly account?: string;
  /** Of an emulator that is served under a name of its own: its functions are below it. */
  readonly domain?: string;
  /** Names of an emulator's functions that whoever is on its machine may call; none where others can reach it. */
  readonly openFunctions?: readonly string[];
  readonly credentials: CredentialProvider;
  /** What every AWS client of the command is made with. */
  readonly clientSettings: ClientSettings;
  /** For people: `http://127.0.0.1:4566`, `AWS (eu-central-1)` */
  describe(): string;
};

export type ClientSettings = {
  readonly endpoint?: string;
  readonly region: string;
  readonly credentials: CredentialProvider;
  readonly maxAttempts: number;
  readonly retryMode?: 'adaptive';
  readonly requestHandler?: HttpHandlerUserInput;
};

/** The flags of every command that is a client of AWS's APIs. */
export function addTargetOptions(command: Command): Command {
  return command
    .option(
      '--endpoint <url>',
      `of an emulator; else AWS_ENDPOINT_URL, else the one on this machine (${DEFAULT_ENDPOINT})`,
      url,
    )
    .addOption(new Option('--aws', 'in AWS instead of an emulator').conflicts('endpoint'))
    .option('--region <name>', 'with --aws; else where every AWS tool finds it')
    .option('--profile <name>', 'of the AWS configuration files');
}

/**
 * The emulator at `--endpoint`, at AWS_ENDPOINT_URL or on this machine; AWS only with `--aws`, so that nothing there is
 * changed by a flag that was forgotten. Rejects with LlxError: LLX_UNREACHABLE where no emulator runs,
 * LLX_REGION_MISSING; the credentials reject when they are used.
 */
export async function awsTarget(
  flags: TargetFlags,
  { env = process.env, signal }: { readonly env?: NodeJS.ProcessEnv; readonly signal?: AbortSignal } = {},
): Promise<AwsTarget> {
  const { masterCredentials } = await import('./live/master-credentials.ts');
  const profile = flags.profile === undefined ? {} : { profile: flags.profile };
  if (flags.aws === true) {
    const { resolveRegion } = await import('./live/aws-region.ts');
    const { AwsHttpHandler } = await import('./live/aws-http-handler.ts');
    const { proxyFor } = await import('../transport/mqtt/proxy-for.ts');
    const asked = flags.region === undefined ? {} : { region: flags.region };
    const region = await resolveRegion({ ...asked, ...profile, env });
    const credentials = masterCredentials({ ...profile, region }, undefined);
    const requestHandler = new AwsHttpHandler(proxyFor);
    return {
      region,
      credentials,
      // A command that lists much is throttled: then the SDK slows down instead of giving up.
      clientSettings: { region, credentials, maxAttempts: 8, retryMode: 'adaptive', requestHandler },
      // The SDK takes the variable, too: whoever has set it is not to believe that this is AWS.
      describe: () => (env.AWS_ENDPOINT_URL ? `${env.AWS_ENDPOINT_URL} (as AWS)` : `AWS (${region})`),
    };
  }
  const { readEmulatorState } = await import('./emulator-client.ts');
  const endpoint = emulatorEndpoint(flags, env);
  const state = await readEmulatorState(endpoint, signal);
  const { region, account, domain } = state;
  const credentials = masterCredentials(profile, state);
  return {
    endpoint,
    region,
    account,
    ...(domain === undefined ? {} : { domain }),
    openFunctions: state.functions.map(({ name }) => name),
    credentials,
    clientSettings: { endpoint, region, credentials, maxAttempts: 1 },
    describe: () => endpoint,
  };
}

/**
 * Where the emulator is: AWS_ENDPOINT_URL is taken as every AWS SDK takes it.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 *
 * @throws LlxError LLX_USAGE
 */
export function emulatorEndpoint(
  { endpoint }: Pick<TargetFlags, 'endpoint'>,
  { AWS_ENDPOINT_URL }: NodeJS.ProcessEnv,
): string {
  if (endpoint !== undefined) return endpoint;
  if (!AWS_ENDPOINT_URL) return DEFAULT_ENDPOINT;
  try {
    return url(AWS_ENDPOINT_URL);
  } catch (error) {
    throw new LlxError('LLX_USAGE', {
      message: `Expected a URL in AWS_ENDPOINT_URL, such as ${DEFAULT_ENDPOINT}, found another text.`,
      mend: 'unset AWS_ENDPOINT_URL',
      cause: error,
    });
  }
}

import type { IoTClient } from '@aws-sdk/client-iot';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { STSClient } from '@aws-sdk/client-sts';
import { partitionOf } from '../../protocol/partition.ts';
import type { CredentialProvider } from '../../signature/credentials.ts';
import { type Attempt, explainAwsFailure } from './aws-failure.ts';
import { AwsHttpHandler, type ProxyOf } from './aws-http-handler.ts';
import { resolveRegion } from './aws-region.ts';

/** The developer, as AWS sees the credentials. */
export type AwsIdentity = { readonly account: string; readonly arn: string; readonly userId: string };

/** What is deployed under a function's name. */
export type DeployedConfiguration = {
  /** Without qualifier. */
  readonly arn: string;
  readonly roleArn: string;
  /** Absent for container images. */
  readonly runtime?: string;
  readonly handler?: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** ARNs with their versions. */
  readonly layers: readonly string[];
};

export type AwsAccessOptions = {
  /** Wins over every other place that names one. */
  readonly region?: string;
  /** Of the configuration file of llx: used when nothing else names one. */
  readonly configuredRegion?: string;
  readonly profile?: string;
  /** Of an emulator: all services answer there. */
  readonly endpoint?: string;
  readonly credentials: CredentialProvider;
  readonly env: NodeJS.ProcessEnv;
  /** @default none */
  readonly proxy?: ProxyOf;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  /** The command that examines the same. @default llx doctor */
  readonly doctor?: string;
};

/**
 * The developer's own calls to AWS. Each rejects with a LlxError: LLX_CREDENTIALS_*, LLX_AWS_DENIED, LLX_UNREACHABLE or
 * LLX_AWS_FAILED.
 */
export type AwsAccess = {
  readonly region: string;
  identity(signal?: AbortSignal): Promise<AwsIdentity>;
  /** `host[:port]` of IoT Core's ATS endpoint: the same for all of an account's life in one region. */
  dataEndpoint(signal?: AbortSignal): Promise<string>;
  /** By name or ARN. Rejects with LLX_FUNCTION_UNKNOWN when nothing is deployed under it. */
  functionConfiguration(name: string, signal?: AbortSignal): Promise<DeployedConfiguration>;
  /** This machine's clock less AWS's, in milliseconds, to about a second: `Date` headers have whole seconds. */
  clockSkewMs(signal?: AbortSignal): Promise<number>;
  /** Assumes a role and throws the result away. Rejects with LLX_AWS_DENIED. */
  tryAssumeRole(roleArn: string, sessionName: string, signal?: AbortSignal): Promise<void>;
  close(): void;
};

/**
 * Opens clients of STS, IoT and Lambda; each is loaded by its first call. Rejects with LLX_REGION_MISSING.
 */
export async function openAwsAccess(options: AwsAccessOptions): Promise<AwsAccess> {
  const region = await resolveRegion(options);
  return new SdkAccess(region, options);
}

type Call<T> = Attempt & { readonly send: () => Promise<T> };

class SdkAccess implements AwsAccess {
  readonly region: string;
  readonly #options: AwsAccessOptions;
  readonly #http: AwsHttpHandler;
  readonly #now: () => number;
  #sts: Promise<STSClient> | undefined;
  #iot: Promise<IoTClient> | undefined;
  #lambda: Promise<LambdaClient> | undefined;

  constructor(region: string, options: AwsAccessOptions) {
    this.region = region;
    this.#options = options;
    this.#http = new AwsHttpHandler(options.proxy ?? (() => undefined));
    this.#now = options.now ?? Date.now;
  }

  async identity(signal?: AbortSignal): Promise<AwsIdentity> {
    const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
    const client = await this.#stsClient();
    const answer = await this.#call({
      action: 'sts:GetCallerIdentity',
      resource: '*',
      send: () => client.send(new GetCallerIdentityCommand({}), abortable(signal)),
    });
    return { account: answer.Account ?? '', arn: answer.Arn ?? '', userId: answer.UserId ?? '' };
  }

  async dataEndpoint(signal?: AbortSignal): Promise<string> {
    const { DescribeEndpointCommand } = await import('@aws-sdk/client-iot');
    const client = await this.#iotClient();
    const answer = await this.#call({
      action: 'iot:DescribeEndpoint',
      resource: '*',
      send: () =>
        client.send(new DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' }), abortable(signal)),
    });
    return answer.endpointAddress ?? '';
  }

  async functionConfiguration(name: string, signal?: AbortSignal): Promise<DeployedConfiguration> {
    const { GetFunctionConfigurationCommand } = await import('@aws-sdk/client-lambda');
    const client = await this.#lambdaClient();
    const answer = await this.#call({
      action: 'lambda:GetFunctionConfiguration',
      resource: name.startsWith('arn:')
        ? name
        : `arn:${partitionOf(this.region)}:lambda:${this.region}:*:function:${name}`,
      functionName: name,
      send: () => client.send(new GetFunctionConfigurationCommand({ FunctionName: name }), abortable(signal)),
    });
    return {
      arn: answer.FunctionArn ?? '',
      roleArn: answer.Role ?? '',
      timeoutSeconds: answer.Timeout ?? 3,
      memoryMb: answer.MemorySize ?? 128,
      environment: answer.Environment?.Variables ?? {},
      layers: (answer.Layers ?? []).flatMap(({ Arn }) => Arn ?? []),
      ...(answer.Runtime === undefined ? {} : { runtime: answer.Runtime }),
      ...(answer.Handler === undefined ? {} : { handler: answer.Handler }),
    };
  }

  async clockSkewMs(signal?: AbortSignal): Promise<number> {
    const { endpoint = `https://sts.${this.region}.amazonaws.com` } = this.#options;
    return await this.#call({
      action: 'HTTP GET',
      resource: endpoint,
      send: async () => {
        const before = this.#now();
        const date = await this.#http.dateOf(endpoint, signal);
        // Whole seconds, cut off: on average the header is half a second behind.
        return (before + this.#now()) / 2 - (date.getTime() + 500);
      },
    });
  }

  async tryAssumeRole(roleArn: string, sessionName: string, signal?: AbortSignal): Promise<void> {
    const { AssumeRoleCommand } = await import('@aws-sdk/client-sts');
    const client = await this.#stsClient();
    const command = new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      DurationSeconds: 900,
    });
    await this.#call({
      action: 'sts:AssumeRole',
      resource: roleArn,
      send: () => client.send(command, abortable(signal)),
    });
  }

  close(): void {
    this.#http.destroy();
  }

  #stsClient(): Promise<STSClient> {
    this.#sts ??= import('@aws-sdk/client-sts').then(({ STSClient }) => new STSClient(this.#settings()));
    return this.#sts;
  }

  #iotClient(): Promise<IoTClient> {
    this.#iot ??= import('@aws-sdk/client-iot').then(({ IoTClient }) => new IoTClient(this.#settings()));
    return this.#iot;
  }

  #lambdaClient(): Promise<LambdaClient> {
    this.#lambda ??= import('@aws-sdk/client-lambda').then(
      ({ LambdaClient }) => new LambdaClient(this.#settings()),
    );
    return this.#lambda;
  }

  #settings() {
    const { endpoint, credentials } = this.#options;
    return {
      region: this.region,
      credentials,
      maxAttempts: 3,
      requestHandler: this.#http,
      systemClockOffset: this.#now() - Date.now(),
      ...(endpoint === undefined ? {} : { endpoint }),
    };
  }

  async #call<T>({ send, ...attempt }: Call<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      const { endpoint, doctor } = this.#options;
      throw explainAwsFailure(error, attempt, { emulator: endpoint !== undefined, doctor });
    }
  }
}

function abortable(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

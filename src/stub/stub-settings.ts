import { readFileSync } from 'node:fs';
import { partitionOf } from '../protocol/partition.ts';
import { isPem } from '../transport/mqtt/pem.ts';

/** Where the stub meets its sessions. */
export type BrokerSettings =
  | {
      readonly type: 'iot-core';
      /** `host` or `host:port`, as DescribeEndpoint names it. */
      readonly endpoint: string;
      readonly region: string;
      /** PEM; absent: the authorities that Node.js trusts. */
      readonly ca: string | undefined;
    }
  | {
      readonly type: 'other';
      readonly url: string;
      readonly username: string | undefined;
      readonly password: string | undefined;
      /** PEM. */
      readonly tls: {
        readonly ca: string | undefined;
        readonly cert: string | undefined;
        readonly key: string | undefined;
      };
    };

/** What the construct (or the emulator) puts into the function's environment for the stub. */
export type StubSettings = {
  /** The original handler setting. */
  readonly handler: string;
  readonly taskRoot: string;
  /** Of the function, unqualified. Lambda does not tell it before the first invocation. */
  readonly arn: string;
  readonly broker: BrokerSettings;
  readonly runtime: string;
  readonly mode: 'live' | 'observe';
  /** The part of all observed invocations that is copied, 0 to 1. */
  readonly observeSample: number;
  /** Whether a session that asks for them may have the function's credentials. */
  readonly forwardsCredentials: boolean;
  /**
   * False where init runs once for many environments (SnapStart), or long before the first invocation (provisioned
   * concurrency): what connects then is shared, or is gone when it is needed.
   */
  readonly connectsInInit: boolean;
  readonly verbose: boolean;
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * LLX_HANDLER; LLX_IOT_ENDPOINT or LLX_BROKER_URL; LLX_FUNCTION_ARN, or LLX_ACCOUNT_ID in its place.
 * @param readFile for certificates that are given by their path.
 * @throws Error naming what is missing or wrong: the function's configuration is broken, and Lambda shows it as init error.
 */
export function readSettings(
  environment: Environment,
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): StubSettings {
  return {
    handler: deployedHandler(environment),
    broker: brokerSettings(environment, readFile),
    taskRoot: required(environment, 'LAMBDA_TASK_ROOT'),
    arn: environment.LLX_FUNCTION_ARN ?? functionArn(environment),
    // AWS_Lambda_nodejs24.x
    runtime: (environment.AWS_EXECUTION_ENV ?? '').replace(/^AWS_Lambda_/, ''),
    mode: oneOf(environment, 'LLX_MODE', ['live', 'observe']) ?? 'live',
    observeSample: fraction(environment, 'LLX_OBSERVE_SAMPLE') ?? 1,
    forwardsCredentials: oneOf(environment, 'LLX_CREDENTIALS', ['forward']) === 'forward',
    connectsInInit: !['snap-start', 'provisioned-concurrency'].includes(
      environment.AWS_LAMBDA_INITIALIZATION_TYPE ?? '',
    ),
    verbose: environment.LLX_VERBOSE === '1',
  };
}

function brokerSettings(environment: Environment, readFile: (path: string) => string): BrokerSettings {
  const pem = (name: string): string | undefined => {
    const value = given(environment, name);
    if (value === undefined || isPem(value)) return value;
    try {
      return readFile(value);
    } catch {
      // A key without its first line looks like a path: the cause, which names it, would stand in the log.
      throw new Error(`expected PEM or the path of a PEM file that can be read in ${name}`);
    }
  };
  const ca = pem('LLX_BROKER_CA');
  const endpoint = given(environment, 'LLX_IOT_ENDPOINT');
  if (endpoint !== undefined)
    return { type: 'iot-core', endpoint, region: required(environment, 'AWS_REGION'), ca };
  const url = given(environment, 'LLX_BROKER_URL');
  if (url === undefined)
    throw new Error('expected the environment variable LLX_IOT_ENDPOINT or LLX_BROKER_URL of llx');
  return {
    type: 'other',
    url,
    username: given(environment, 'LLX_BROKER_USERNAME'),
    password: given(environment, 'LLX_BROKER_PASSWORD'),
    tls: { ca, cert: pem('LLX_BROKER_CERT'), key: pem('LLX_BROKER_KEY') },
  };
}

function functionArn(environment: Environment): string {
  const region = required(environment, 'AWS_REGION');
  const account = required(environment, 'LLX_ACCOUNT_ID');
  return `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${required(environment, 'AWS_LAMBDA_FUNCTION_NAME')}`;
}

/** The stub in front of itself, as when it was set up twice, would wait for itself until init is over. */
function deployedHandler(environment: Environment): string {
  const handler = required(environment, 'LLX_HANDLER');
  if (!/(?:^|\/)llx\/index\.handler$/.test(handler)) return handler;
  throw new Error(`expected LLX_HANDLER to be the function's own handler setting, got the stub (${handler})`);
}

/** An empty variable is how some tools leave one out. */
function given(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  return value === '' ? undefined : value;
}

function required(environment: Environment, name: string): string {
  const value = given(environment, name);
  if (value === undefined) throw new Error(`expected the environment variable ${name} of llx`);
  return value;
}

function oneOf<T extends string>(environment: Environment, name: string, words: readonly T[]): T | undefined {
  const value = given(environment, name);
  if (value === undefined) return undefined;
  const word = words.find((each) => each === value);
  if (word === undefined) throw new Error(`expected ${name} to be ${words.join(' or ')}, got ${value}`);
  return word;
}

function fraction(environment: Environment, name: string): number | undefined {
  const value = given(environment, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (number >= 0 && number <= 1) return number;
  throw new Error(`expected ${name} to be a number from 0 to 1, got ${value}`);
}

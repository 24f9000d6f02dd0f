import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import type { PolicyDocument } from '../../emulator/identity/policy-document.ts';
import type { Runtime } from '../../runtime/invocation.ts';
import type { AwsCredentials } from '../../signature/credentials.ts';
import { toConfiguration } from '../configuration.ts';
import type { CheckedFinding } from './check.ts';
import { doctorChecks } from './doctor-checks.ts';
import { Facts } from './facts.ts';
import { openSetup } from './open-setup.ts';
import { runChecks } from './run-checks.ts';
import type { DoctorSetup } from './setup.ts';

const ACCOUNT = '000000000000';
const IOT = `arn:aws:iot:us-east-1:${ACCOUNT}`;
const FUNCTIONS = `llx/v1/arn:aws:lambda:us-east-1:${ACCOUNT}:function:*`;

export const KEYS: AwsCredentials = {
  accessKeyId: 'AKIADEVELOPER',
  secretAccessKey: 'a-secret-of-the-developer',
};
export const HELLO_ARN = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:hello`;

export type Statement = {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
};

/** The developer's policy of docs/live.md. */
export const DEVELOPER: readonly Statement[] = [
  allow('iot:DescribeEndpoint', '*'),
  allow('iot:Connect', `${IOT}:client/llx-session-*`),
  allow(
    ['iot:Publish', 'iot:RetainPublish', 'iot:GetRetainedMessage'],
    [`${IOT}:topic/${FUNCTIONS}/presence/*`, `${IOT}:topic/llx/v1/sessions/*`],
  ),
  allow('iot:Publish', `${IOT}:topic/${FUNCTIONS}/out/*`),
  allow('iot:Subscribe', [
    `${IOT}:topicfilter/${FUNCTIONS}/in/*`,
    `${IOT}:topicfilter/${FUNCTIONS}/presence/*`,
    `${IOT}:topicfilter/llx/v1/sessions/*`,
  ]),
  allow('iot:Receive', [
    `${IOT}:topic/${FUNCTIONS}/in/*`,
    `${IOT}:topic/${FUNCTIONS}/presence/*`,
    `${IOT}:topic/llx/v1/sessions/*`,
  ]),
  allow('lambda:GetFunctionConfiguration', `arn:aws:lambda:us-east-1:${ACCOUNT}:function:*`),
  allow('sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/*`),
];

function allow(Action: Statement['Action'], Resource: Statement['Resource']): Statement {
  return { Effect: 'Allow', Action, Resource };
}

export function deny(Action: string, Resource: string): Statement {
  return { Effect: 'Deny', Action, Resource };
}

export type World = {
  readonly emulator: Emulator;
  /** Of the project. */
  readonly directory: string;
  /** Runs all checks for a developer; what is given replaces the real setup's. */
  examine(options?: {
    readonly setup?: Partial<DoctorSetup>;
    readonly now?: () => number;
    readonly probe?: boolean;
    /** Of `--broker`. */
    readonly broker?: string;
    /** Those that the command finds, in place of the developer's. @default false */
    readonly ownCredentials?: boolean;
  }): Promise<readonly CheckedFinding[]>;
  close(): Promise<void>;
};

/** A real emulator with one developer under a policy, and a project with the function `hello`. */
export async function startWorld(options: {
  readonly statements?: readonly Statement[];
  readonly deployed?: readonly string[];
  readonly stubs?: boolean;
  /** Whether the emulator knows the developer, and nobody else. @default true */
  readonly users?: boolean;
  /** Who may assume the functions' roles. @default the account */
  readonly trust?: PolicyDocument;
}): Promise<World> {
  const { statements = DEVELOPER, deployed = ['hello'], stubs = true, users = true, trust } = options;
  const directory = await mkdtemp(join(tmpdir(), 'llx-doctor-'));
  const functions = Object.fromEntries(deployed.map((name) => [name, { handler: 'hello.handler' }]));
  const config = {
    functions: { hello: { handler: 'hello.handler' }, ...(deployed.includes('hello') ? functions : {}) },
  };
  await writeFile(join(directory, 'llx.config.json'), JSON.stringify(config));
  const emulator = await startEmulator({
    host: '127.0.0.1',
    port: 0,
    mqttPort: 0,
    wssPort: 0,
    certificateDirectory: join(directory, 'certificates'),
    region: 'us-east-1',
    account: ACCOUNT,
    functions: toConfiguration(join(directory, 'llx.config.json'), { functions }).functions,
    runtime: NO_RUNTIME,
    stubFile: '',
    stubHostFile: '',
    // A process for each environment is started by its first invocation: here there is none.
    stubs: stubs ? 'process' : 'none',
    onDrop: () => undefined,
    onNotice: () => undefined,
    ...(users
      ? {
          iam: {
            users: {
              developer: {
                accessKeys: [{ id: KEYS.accessKeyId, secret: KEYS.secretAccessKey }],
                policies: [{ Version: '2012-10-17', Statement: statements }],
              },
            },
            ...(trust === undefined ? {} : { roles: { 'hello-role': { trust } } }),
          },
        }
      : {}),
  });
  return {
    emulator,
    directory,
    async examine({ setup = {}, now, probe = false, broker, ownCredentials = false } = {}) {
      const facts = new Facts();
      const real = await openSetup(
        { endpoint: emulator.endpoint, ...(broker === undefined ? {} : { broker }) },
        { env: {}, directory, ...(now === undefined ? {} : { now }) },
      );
      const credentials: DoctorSetup['credentials'] = async () => ({
        provider: async () => KEYS,
        source: 'the test',
      });
      try {
        return await runChecks(
          doctorChecks(
            { ...real, ...(ownCredentials ? {} : { credentials }), pause: async () => undefined, ...setup },
            { probe },
          ),
          {
            facts,
            signal: new AbortController().signal,
            now: () => 0,
          },
        );
      } finally {
        facts.close();
      }
    },
    async close() {
      await emulator.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const NO_RUNTIME: Runtime = {
  invoke: () => Promise.reject(new Error('expected no invocation')),
  close: () => Promise.resolve(),
} as unknown as Runtime;

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '../../../src/emulator/emulator.ts';
import type { IamUser } from '../../../src/emulator/identity/iam-config.ts';
import type { PolicyDocument } from '../../../src/emulator/identity/policy-document.ts';
import { DropCounter } from '../../../src/protocol/drops.ts';
import { createRuntime } from '../../../src/runtime/create-runtime.ts';
import type { FunctionSpec, Runtime } from '../../../src/runtime/invocation.ts';
import { createSpawnWorker } from '../../../src/runtime/spawn-worker.ts';
import { Session } from '../../../src/session/session.ts';
import { createSessionStore } from '../../../src/session/store.ts';
import { connectMqtt } from '../../../src/transport/mqtt/mqtt-transport.ts';
import { type DeployedFunction, deployFunction } from './deployed-function.ts';
import { DeployedStack } from './deployed-stack.ts';
import { repository } from './synthesize.ts';

const dist = join(repository, 'dist');
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

/** An account with one synthesized function in it: IoT Core, IAM and Lambda of the emulator, as strict as AWS. */
export type LambdaStandIn = {
  readonly deployed: DeployedFunction;
  readonly emulator: Emulator;
  /** What a caller gets. */
  invoke(event?: unknown): Promise<unknown>;
  /** What IoT Core refused, as it comes. */
  readonly refusals: readonly string[];
  /** A laptop whose handler answers with the event, as `{ local: event }`. */
  startSession(): Promise<Session>;
  close(): Promise<void>;
};

/**
 * Deploys a function of a template, and runs it as Lambda would: in a process of its own, with the environment that its
 * template says, as its role with the role's own policies.
 */
export async function startLambda(options: {
  /** Absolute, of the root stack. */
  readonly template: string;
  readonly stackName: string;
  /** To the stack of the function: beginnings of logical ids. */
  readonly nested?: readonly string[];
  /** The beginning of its logical id. */
  readonly functionId: string;
  /** Who exists in the account beside the function's role. */
  readonly users?: Readonly<Record<string, IamUser>>;
  /** Of the function's role, in place of those that the template gives it. */
  readonly policies?: readonly PolicyDocument[];
}): Promise<LambdaStandIn> {
  const directory = await mkdtemp(join(tmpdir(), 'llx-lambda-'));
  const deploy = async (iotEndpoint: string): Promise<DeployedFunction> => {
    const place = { name: options.stackName, account: ACCOUNT, region: REGION, iotEndpoint };
    let stack = new DeployedStack(options.template, place);
    for (const beginning of options.nested ?? []) stack = stack.nested(beginning);
    const id = stack.logicalId('AWS::Lambda::Function', options.functionId);
    return await deployFunction(stack, id, await mkdtemp(join(directory, 'environment-')));
  };
  // Its role has to be known to the emulator before the emulator's address is known to it.
  const before = await deploy('not-yet-known');
  const bootstrapFile = join(dist, 'bootstrap.mjs');
  const refusals: string[] = [];
  let emulator: Emulator | undefined;
  const lambda = createRuntime({
    spawnWorker: createSpawnWorker({ bootstrapFile }),
    buildDirectory: join(directory, '.llx', 'lambda'),
    environmentOf: (spec) => emulator?.environmentOf(spec) ?? {},
  });
  emulator = await startEmulator({
    host: '127.0.0.1',
    port: 0,
    mqttPort: 0,
    wssPort: 0,
    certificateDirectory: join(directory, 'certificates'),
    region: REGION,
    account: ACCOUNT,
    iam: {
      roles: { [before.role.name]: { ...before.role, policies: options.policies ?? before.role.policies } },
      ...(options.users === undefined ? {} : { users: options.users }),
    },
    functions: [{ ...before.spec, role: before.role.name }],
    runtime: lambda,
    stubs: 'none',
    stubFile: join(dist, 'stub', 'index.mjs'),
    stubHostFile: join(dist, 'stub-host.mjs'),
    onDrop: (_, reason, detail) => refusals.push(`${reason}: ${detail}`),
    onNotice: () => undefined,
  });
  const deployed = await deploy(new URL(emulator.wss ?? '').host);
  const laptop = new Laptop({ directory, emulator, spec: deployed.spec });
  return {
    deployed,
    emulator,
    refusals,
    invoke: (event = {}) => invoke(lambda, withAuthority(deployed.spec, emulator.ca), event),
    startSession: () => laptop.start(),
    async close() {
      await laptop.close();
      await emulator.close();
      await lambda.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** IoT Core's certificate is of an authority that Node.js knows; the emulator's is of its own. */
function withAuthority(spec: FunctionSpec, ca: string | undefined): FunctionSpec {
  return { ...spec, environment: { ...spec.environment, LLX_BROKER_CA: ca ?? '' } };
}

async function invoke(lambda: Runtime, spec: FunctionSpec, event: unknown): Promise<unknown> {
  const result = await lambda.invoke(spec, {
    requestId: crypto.randomUUID(),
    invokedFunctionArn: spec.arn,
    functionVersion: '$LATEST',
    event: new TextEncoder().encode(JSON.stringify(event)),
    remainingMs: spec.timeoutMs,
    logGroupName: `/aws/lambda/${spec.name}`,
    logStreamName: 'stream',
  });
  return JSON.parse(new TextDecoder().decode(result.payload));
}

class Laptop {
  readonly #options: { readonly directory: string; readonly emulator: Emulator; readonly spec: FunctionSpec };
  readonly #runtime: Runtime;
  readonly #sessions: Session[] = [];

  constructor(options: {
    readonly directory: string;
    readonly emulator: Emulator;
    readonly spec: FunctionSpec;
  }) {
    this.#options = options;
    this.#runtime = createRuntime({
      spawnWorker: createSpawnWorker({ bootstrapFile: join(dist, 'bootstrap.mjs') }),
      buildDirectory: join(options.directory, '.llx', 'laptop'),
    });
  }

  async start(): Promise<Session> {
    const { directory, emulator, spec } = this.#options;
    const root = join(directory, 'laptop');
    await mkdir(root, { recursive: true });
    await writeFile(join(root, 'local.mjs'), 'export const handler = async (event) => ({ local: event });');
    const session = new Session({
      connect: (connecting) => connectMqtt({ ...connecting, url: emulator.mqtt }),
      runtime: this.#runtime,
      functions: [{ ...spec, handler: 'local.handler', environment: {}, root }],
      lane: 'default',
      takeover: false,
      store: createSessionStore(),
      drops: new DropCounter(),
      readRetained: (topic) => emulator.broker.retained(topic),
    });
    this.#sessions.push(session);
    await session.start();
    return session;
  }

  async close(): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.close()));
    await this.#runtime.close();
  }
}

import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepCredentialsSecret, keepSecret, redact } from '../credentials/redact.ts';
import type { CallListener } from '../emulator/call-event.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import type { InvocationEvent } from '../emulator/lambda/invocation-event.ts';
import { isExposed } from '../emulator/server/exposure.ts';
import { DropCounter } from '../protocol/drops.ts';
import {
  QUOTA_PROFILES,
  type QuotaFactors,
  type QuotaProfile,
  scaleQuotas,
} from '../protocol/quota-profile.ts';
import { createRuntime } from '../runtime/create-runtime.ts';
import type { FixedOf } from '../runtime/fixed-invocations.ts';
import type { Runtime } from '../runtime/invocation.ts';
import { createSpawnWorker } from '../runtime/spawn-worker.ts';
import type { SpawnWorker } from '../runtime/worker.ts';
import type { Environment, EnvironmentOf } from '../runtime/worker-environment.ts';
import type { SessionStore } from '../session/store.ts';
import { configuredApis } from './configuration/configured-apis.ts';
import type { Configuration, ConfiguredFunction } from './configuration.ts';
import { type IsolationFlags, openIsolation } from './isolation.ts';
import { masterKeyFile } from './key-places.ts';
import { packagePaths } from './package-paths.ts';
import { type ServerFlags, serverSettings } from './server-settings.ts';
import { stateDirectory } from './state-directory.ts';

export type EmulatorFlags = {
  readonly host: string;
  readonly port: number;
  readonly mqttPort: number;
  /** Absent: not opened. */
  readonly wssPort?: number;
  /** Absent: not opened. */
  readonly mtlsPort?: number;
  /** @default none */
  readonly brokerQuotas?: QuotaProfile['name'];
  /** Multiplies the quotas of throughput, or those that are named. @default 1 */
  readonly scaleQuotas?: QuotaFactors;
  /** Where what is deployed through the API is kept. @default .llx/emulator */
  readonly data?: string;
  /** Nothing of it is kept. */
  readonly ephemeral?: boolean;
  /** @default on a loopback host, where there are no users */
  readonly devKey?: boolean;
  /** Whether stubs stand in front of the functions. @default true */
  readonly stub?: boolean;
} & ServerFlags &
  IsolationFlags;

type RuntimeUse = {
  /** Absolute; where bundles are written. @default .llx in the project */
  readonly buildDirectory?: string;
  readonly fixedOf?: FixedOf;
  /** Whether a process waits for the next start. @default true */
  readonly refills?: boolean;
};

/** What `llx emulator`, `llx dev --offline` and a project in a test want of it, each in its way. */
export type EmulatorUse = RuntimeUse & {
  /** When another emulator uses the state. */
  readonly stateInUse: 'fail' | 'ephemeral';
  readonly onInvocation?: (event: InvocationEvent) => void;
  readonly onCall?: CallListener;
  readonly standingClocks?: ReadonlyMap<string, Date>;
  readonly localInitMs?: number;
};

export type LocalRuntimeUse = RuntimeUse & {
  /** Whether source code is watched. @default true */
  readonly reload?: boolean;
};

/** The runtime of a session: functions as they stand on disk, reloaded when they change. */
export function createLocalRuntime(
  configuration: Configuration,
  store: SessionStore,
  environmentOf: EnvironmentOf,
  {
    buildDirectory = join(configuration.root, '.llx'),
    reload = true,
    refills,
    fixedOf,
  }: LocalRuntimeUse = {},
): Runtime {
  return createRuntime({
    spawnWorker: spawnWorkers(store),
    buildDirectory: join(buildDirectory, 'build'),
    reload,
    refills,
    fixedOf,
    environmentOf,
    onNotice: (text) => store.dispatch({ type: 'notice', level: 'warning', text }),
  });
}

/**
 * The small AWS for the functions of a configuration. What is deployed in it is each function's `deployed` handler, or
 * the handler itself as it was when it was first needed: no reload.
 */
export async function startConfiguredEmulator(
  configuration: Configuration,
  flags: EmulatorFlags,
  store: SessionStore,
  use: EmulatorUse,
): Promise<Emulator> {
  const { stateInUse, onInvocation, onCall, standingClocks, localInitMs } = use;
  const { buildDirectory = join(configuration.root, '.llx') } = use;
  const onNotice = (text: string): void => store.dispatch({ type: 'notice', level: 'warning', text });
  const server = serverSettings(configuration, flags, { onNotice });
  const ephemeral = flags.ephemeral === true ? join(tmpdir(), `llx-emulator-${randomUUID()}`) : undefined;
  const directory = ephemeral ?? stateDirectory(configuration, flags);
  const isolation = await openIsolation(flags, {
    spawnWorker: spawnWorkers(store),
    directory: join(directory, 'work'),
    bootstrapFile: packagePaths.bootstrap,
    hidden: [stateDirectory(configuration, flags), masterKeyFile(flags.masterKey)],
    drops: countDrops(store, 'runtime'),
    onNotice,
  });
  const runtime = createRuntime({
    spawnWorker: isolation.spawnWorker,
    buildDirectory: join(buildDirectory, 'deployed'),
    layerDirectory: join(directory, 'layers'),
    reload: false,
    refills: use.refills,
    fixedOf: use.fixedOf,
    environmentOf: (spec) => keptSecret(emulator.environmentOf(spec)),
  });
  const { port, mqttPort, wssPort, mtlsPort } = flags;
  const emulator: Emulator = await startEmulator({
    port,
    mqttPort,
    ...(wssPort === undefined ? {} : { wssPort }),
    ...(mtlsPort === undefined ? {} : { mtlsPort }),
    ...server,
    // Sessions and stubs come through WSS then. Without it the plain port is their only way.
    plainMqtt:
      (configuration.iam?.users === undefined && (!isExposed(server) || flags.devKey === true)) ||
      wssPort === undefined,
    certificateDirectory: join(configuration.root, '.llx', 'certificates'),
    quotas: scaleQuotas(QUOTA_PROFILES[flags.brokerQuotas ?? 'none'], flags.scaleQuotas ?? 1),
    region: configuration.region,
    account: configuration.account,
    ...(configuration.iam === undefined ? {} : { iam: configuration.iam }),
    apis: configuredApis(configuration.apis ?? {}),
    topicRules: configuration.topicRules ?? [],
    ...(flags.devKey === undefined ? {} : { developmentKey: flags.devKey }),
    state: {
      directory: stateDirectory(configuration, flags),
      ephemeral: flags.ephemeral === true,
      inUse: stateInUse,
    },
    functions: configuration.functions.map(deployedSpec),
    runtime,
    // A handler may throw what a session got for it.
    onIssue: keepCredentialsSecret,
    redact,
    stubs: flags.stub === false ? 'none' : 'host',
    stubFile: packagePaths.stub,
    stubHostFile: packagePaths.stubHost,
    onDrop: (process, reason, detail) => store.dispatch({ type: 'dropped', process, reason, detail }),
    onNotice: (text) => store.dispatch({ type: 'notice', level: 'warning', text }),
    ...(onInvocation === undefined ? {} : { onInvocation }),
    onCall,
    standingClocks,
    localInitMs,
  });
  return {
    ...emulator,
    async close() {
      await emulator.close();
      await runtime.close();
      await isolation.close();
      if (ephemeral !== undefined) await rm(ephemeral, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Counts what a part of the program throws away, where every writer can show it. */
export function countDrops(store: SessionStore, process: 'session' | 'runtime'): DropCounter {
  return new DropCounter(({ reason, detail }) =>
    store.dispatch({ type: 'dropped', process, reason, detail }),
  );
}

/** Of a CDK app what was staged for the deployment, as it is. */
function deployedSpec({ deployed, package: staged, deployment: _, ...spec }: ConfiguredFunction) {
  if (deployed !== undefined) return { ...spec, handler: deployed };
  return staged === undefined ? spec : { ...spec, ...staged, code: 'package' as const };
}

/** Deployed code has its keys in its environment, and may print them or throw them. */
function keptSecret(environment: Environment): Environment {
  keepSecret(environment.AWS_SECRET_ACCESS_KEY, environment.AWS_SESSION_TOKEN);
  return environment;
}

/** One for both runtimes of a program: what it finds out about this machine is found out, and told, once. */
const spawners = new WeakMap<SessionStore, SpawnWorker>();

function spawnWorkers(store: SessionStore): SpawnWorker {
  const known = spawners.get(store);
  if (known !== undefined) return known;
  const spawnWorker = createSpawnWorker({
    bootstrapFile: packagePaths.bootstrap,
    drops: countDrops(store, 'runtime'),
    onNotice: (text) => store.dispatch({ type: 'notice', level: 'warning', text }),
  });
  spawners.set(store, spawnWorker);
  return spawnWorker;
}

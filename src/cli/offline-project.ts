import { join, resolve } from 'node:path';
import type { FixedOf } from '../runtime/fixed-invocations.ts';
import type { Runtime } from '../runtime/invocation.ts';
import { Session } from '../session/session.ts';
import { createSessionStore, type SessionStore } from '../session/store.ts';
import { DEVELOPMENT_KEY } from '../signature/development-key.ts';
import { chooseFunctions } from './choose-functions.ts';
import { Closers } from './closers.ts';
import { type Configuration, loadConfiguration, toConfiguration } from './configuration.ts';
import { errorText } from './error-text.ts';
import { countDrops, createLocalRuntime, type EmulatorFlags } from './offline.ts';
import { FixedWorlds } from './offline-project/fixed-worlds.ts';
import type { OfflineProject, ProjectOptions } from './offline-project/project.ts';
import { openProjectFolder } from './offline-project/project-folder.ts';
import { ProjectInvocations } from './offline-project/project-invocations.ts';
import { ProjectJournal } from './offline-project/project-journal.ts';
import { type OfflineAws, openOffline } from './open-offline.ts';
import { packagePaths } from './package-paths.ts';

export type OfflineProjectOptions = ProjectOptions & {
  /** Instead of finding it: as it was loaded. */
  readonly configuration?: Configuration;
  /** The one that will be invoked: no process is started ahead for others, and none to wait for more. @default any may be */
  readonly target?: string;
};

/** Ports of its own, and nothing of it is kept. */
const FLAGS: EmulatorFlags = { host: '127.0.0.1', port: 0, mqttPort: 0, ephemeral: true, devKey: true };

/** For a build and a start on a machine that runs many at once. */
const INIT_MS = 60_000;

/** Where invocations go that name no lane. */
const LANE = 'default';

/**
 * Starts a project offline, without a screen: the same path as `llx dev --offline`. Source files are not watched.
 *
 * @throws LlxError LLX_CONFIG_*, LLX_MANIFEST_*, LLX_ENTRY_MISSING or LLX_FUNCTION_UNKNOWN; the reason of the signal.
 */
export async function startOfflineProject(options: OfflineProjectOptions = {}): Promise<OfflineProject> {
  const { onNotice = () => {} } = options;
  const closers = new Closers();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= closers.close((error) => onNotice(errorText(error)));
    return closing;
  };
  try {
    return { ...(await open(options, closers)), close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    // What it was doing may have failed in its own words.
    options.signal?.throwIfAborted();
    throw error;
  }
}

async function open(
  options: OfflineProjectOptions,
  closers: Closers,
): Promise<Omit<OfflineProject, 'close' | typeof Symbol.asyncDispose>> {
  const { signal } = options;
  signal?.throwIfAborted();
  const configuration = withEnvironment(await configurationOf(options), options.environment);
  const worlds = new FixedWorlds(options);
  const journal = new ProjectJournal(options.onLog);
  const store = createSessionStore();
  store.onEvent(journal.onSession);
  tellNotices(configuration, store, options.onNotice);
  const aws = await serve(options, { configuration, worlds, journal, store, closers });
  const invocations = new ProjectInvocations({ aws, journal, worlds });
  closers.add(() => invocations.close());
  const { endpoint, broker: mqtt, account, region } = aws;
  return {
    endpoint,
    mqtt,
    account,
    region,
    functions: configuration.functions.map(({ name, arn }) => ({ name, arn })),
    variables: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: DEVELOPMENT_KEY.accessKeyId,
      AWS_SECRET_ACCESS_KEY: DEVELOPMENT_KEY.secretAccessKey,
    },
    invoke: (functionName, event, invokeOptions = {}) =>
      invocations.invoke(functionName, event, invokeOptions),
    logs: (functionName) => journal.logs(functionName),
    calls: () => journal.calls(),
    clear: () => journal.clear(),
  };
}

type Parts = {
  readonly configuration: Configuration;
  readonly worlds: FixedWorlds;
  readonly journal: ProjectJournal;
  readonly store: SessionStore;
  readonly closers: Closers;
};

/** The emulator, and the session that has the lanes of the functions. */
async function serve(
  { only, target, signal }: OfflineProjectOptions,
  { configuration, worlds, journal, store, closers }: Parts,
): Promise<OfflineAws> {
  const wanted = chooseFunctions(configuration, only);
  const folder = await openProjectFolder(configuration.root);
  closers.add(folder.close);
  const buildDirectory = folder.path;
  const refills = target === undefined;
  // What nobody here invoked (a queue did, or a schedule) has what all have.
  const fixedOf: FixedOf = ({ traceId }) => journal.fixedOf(traceId) ?? worlds.always;
  const opened = Promise.withResolvers<OfflineAws>();
  // Whoever waits for it is told; where nobody does, the line below is.
  opened.promise.catch(() => undefined);
  const runtime = createLocalRuntime(
    configuration,
    store,
    async (spec) => (await opened.promise).environmentOf(spec),
    { buildDirectory, reload: false, refills, fixedOf },
  );
  closers.add(() => runtime.close());
  // On another core, while the ports open here.
  runtime.boot(target === undefined ? wanted : wanted.filter(({ name }) => name === target));
  signal?.throwIfAborted();
  const { onInvocation, onCall } = journal;
  const { standingClocks } = worlds;
  const aws = await openOffline(FLAGS, configuration, store, closers, {
    buildDirectory,
    refills,
    fixedOf,
    standingClocks,
    localInitMs: INIT_MS,
    onInvocation,
    onCall,
  });
  opened.resolve(aws);
  signal?.throwIfAborted();
  const session = new Session({
    connect: aws.connect,
    runtime: withInitTime(runtime),
    functions: wanted,
    lane: LANE,
    takeover: false,
    store,
    drops: countDrops(store, 'session'),
    ...(aws.readRetained === undefined ? {} : { readRetained: aws.readRetained }),
  });
  closers.add(() => session.close());
  await session.start(signal);
  signal?.throwIfAborted();
  // Of no function: most of those who start a project invoke one, and nothing is built or connected ahead.
  aws.onServing([]);
  return aws;
}

async function configurationOf(options: OfflineProjectOptions): Promise<Configuration> {
  const directory = resolve(options.directory ?? '.');
  if (options.configuration !== undefined) return options.configuration;
  if (options.functions === undefined) {
    return await loadConfiguration(directory, { llxEntry: packagePaths.entry });
  }
  // For messages: such a file there is not.
  return toConfiguration(join(directory, '(functions)'), { functions: options.functions });
}

function withEnvironment(
  configuration: Configuration,
  environment: Readonly<Record<string, string>> | undefined,
): Configuration {
  if (environment === undefined) return configuration;
  const functions = configuration.functions.map((spec) => ({
    ...spec,
    environment: { ...spec.environment, ...environment },
  }));
  return { ...configuration, functions };
}

/**
 * A function's timeout counts from when its process has the event. What was built and started before is no part of it,
 * as Lambda's init phase is none: tests begin with it, several at once.
 */
function withInitTime(runtime: Runtime): Runtime {
  return {
    invoke(spec, request) {
      const remainingMs = Math.min(request.remainingMs, spec.timeoutMs);
      return runtime.invoke(spec, { ...request, remainingMs, initMs: request.remainingMs - remainingMs });
    },
    boot: (specs) => runtime.boot(specs),
    prepare: (specs) => runtime.prepare(specs),
    onBuild: (listener) => runtime.onBuild(listener),
    close: () => runtime.close(),
  };
}

function tellNotices(
  { notices = [] }: Configuration,
  store: SessionStore,
  onNotice: (text: string) => void = () => {},
): void {
  for (const text of notices) onNotice(text);
  store.onEvent((event) => {
    if (event.type === 'notice') onNotice(event.text);
  });
}

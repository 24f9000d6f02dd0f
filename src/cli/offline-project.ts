import { randomUUID } from 'node:crypto';
import { rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Observed, ObservedCall } from '../fixtures/expect/observed.ts';
import type { FixedOf } from '../runtime/fixed-invocations.ts';
import type { FailureKind } from '../runtime/invocation.ts';
import { Session } from '../session/session.ts';
import { createSessionStore, type SessionStore } from '../session/store.ts';
import { DEVELOPMENT_KEY } from '../signature/development-key.ts';
import { chooseFunctions } from './choose-functions.ts';
import { Closers } from './closers.ts';
import type { LlxConfig } from './configuration/llx-config.ts';
import { type Configuration, loadConfiguration, toConfiguration } from './configuration.ts';
import type { DevAws } from './dev-aws.ts';
import { errorText } from './error-text.ts';
import { countDrops, createLocalRuntime, type EmulatorFlags } from './offline.ts';
import { FixedWorlds } from './offline-project/fixed-worlds.ts';
import { ProjectInvocations } from './offline-project/project-invocations.ts';
import { ProjectJournal } from './offline-project/project-journal.ts';
import { openOffline } from './open-offline.ts';
import { packagePaths } from './package-paths.ts';

/** What handlers take for the time and for chance. */
export type FixedWorld = {
  /** Where the handler's clock stands still, from the begin of each invocation; a text is ISO 8601. @default the time goes on */
  readonly clock?: string | Date;
  /** What `Math.random` and `node:crypto` draw from, anew for each invocation; an integer. @default chance */
  readonly seed?: number;
};

export type OfflineProjectOptions = FixedWorld & {
  /** Whose project it is, in it or above it. @default the working directory */
  readonly directory?: string;
  /** Instead of a project: handlers are relative to `directory`. */
  readonly functions?: LlxConfig['functions'];
  /** Instead of either: as it was loaded. */
  readonly configuration?: Configuration;
  /** Names or patterns of functions that run as they stand on disk. What others run is their deployed code. @default all */
  readonly only?: readonly string[];
  /** Variables of every function, over its own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What a developer should know and no invocation shows. */
  readonly onNotice?: (text: string) => void;
  /** Each line as it comes. */
  readonly onLog?: (line: ProjectLogLine) => void;
  /** Ends the start. */
  readonly signal?: AbortSignal;
};

export type ProjectLogLine = {
  readonly functionName: string;
  readonly requestId: string;
  /** One record as Lambda writes it, possibly with line ends inside. */
  readonly text: string;
};

export type InvokeOptions = FixedWorld & {
  readonly clientContext?: unknown;
  readonly qualifier?: string;
  /** Ends the invocation; the call is then rejected with its reason. */
  readonly signal?: AbortSignal;
};

export type Invocation = Observed & {
  readonly requestId: string;
  readonly functionName: string;
  /** Whether its process was started for it. */
  readonly coldStart: boolean;
  /** Of a failure: whether the handler failed, or what else. */
  readonly failedBecause?: FailureKind;
};

/** A project's functions beside a small AWS of their own in this process. Several at once know nothing of each other. */
export type OfflineProject = AsyncDisposable & {
  readonly endpoint: string;
  readonly mqtt: string;
  readonly account: string;
  readonly region: string;
  readonly functions: readonly { readonly name: string; readonly arn: string }[];
  /** What an AWS SDK finds its way by: endpoint, region, a key that opens this emulator. */
  readonly variables: Readonly<Record<string, string>>;
  /**
   * Invokes a function over Lambda's API and waits for its answer. A function that fails is an answer with an `error`.
   *
   * @throws LlxError LLX_FUNCTION_UNKNOWN for a function that is not there, LLX_UNREACHABLE when it is closed.
   */
  invoke(functionName: string, event?: unknown, options?: InvokeOptions): Promise<Invocation>;
  /** Since the start or `clear`, at most the latest 10,000 lines. */
  logs(functionName?: string): readonly ProjectLogLine[];
  /** What functions caused since the start or `clear`: messages published and sent, functions invoked. */
  calls(): readonly ObservedCall[];
  /** Forgets log lines and calls. */
  clear(): void;
  /** Ends every process, socket and timer of it, and removes its files. Idempotent. */
  close(): Promise<void>;
};

/** Ports of its own, and nothing of it is kept. */
const FLAGS: EmulatorFlags = { host: '127.0.0.1', port: 0, mqttPort: 0, ephemeral: true, devKey: true };

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
    throw error;
  }
}

async function open(
  options: OfflineProjectOptions,
  closers: Closers,
): Promise<Omit<OfflineProject, 'close' | typeof Symbol.asyncDispose>> {
  const { signal, only } = options;
  signal?.throwIfAborted();
  const configuration = withEnvironment(await configurationOf(options), options.environment);
  const wanted = chooseFunctions(configuration, only);
  const store = createSessionStore();
  tellNotices(store, options.onNotice);
  const buildDirectory = await ownDirectory(configuration, closers);
  const journal = new ProjectJournal(options.onLog);
  const worlds = new FixedWorlds(options);
  // What nobody here invoked (a queue did, or a schedule) has what all have.
  const fixedOf: FixedOf = ({ traceId }) => journal.fixedOf(traceId) ?? worlds.always;
  const opened = Promise.withResolvers<DevAws>();
  // Whoever waits for it is told; where nobody does, the line below is.
  opened.promise.catch(() => undefined);
  const runtime = createLocalRuntime(
    configuration,
    store,
    async (spec) => (await opened.promise).environmentOf(spec),
    { buildDirectory, reload: false, fixedOf },
  );
  closers.add(() => runtime.close());
  // On another core, while the ports open here.
  runtime.boot(wanted);
  signal?.throwIfAborted();
  const { onInvocation, onCall } = journal;
  const { standingClocks } = worlds;
  const aws = await openOffline(FLAGS, configuration, store, closers, {
    buildDirectory,
    fixedOf,
    standingClocks,
    onInvocation,
    onCall,
  });
  opened.resolve(aws);
  signal?.throwIfAborted();
  const session = new Session({
    connect: aws.connect,
    runtime,
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
  aws.onServing(wanted);
  // Work ahead: what does not build is the answer of the next invocation.
  runtime.prepare(wanted).catch(() => undefined);
  const invocations = new ProjectInvocations({ aws, journal, worlds });
  closers.add(async () => invocations.close());
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

function tellNotices(store: SessionStore, onNotice: (text: string) => void = () => {}): void {
  store.onEvent((event) => {
    if (event.type === 'notice') onNotice(event.text);
  });
}

/**
 * Where this project alone writes its bundles: another of the same folder removes what it no longer needs. Inside of
 * the project, because bundles find packages in its node_modules.
 */
async function ownDirectory({ root }: Configuration, closers: Closers): Promise<string> {
  const directory = join(root, '.llx', `project-${randomUUID()}`);
  closers.add(async () => {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    // Unless somebody else has something in it.
    await rmdir(dirname(directory)).catch(() => undefined);
  });
  return directory;
}

import { resolve } from 'node:path';
import type { FunctionSpec, Runtime } from '../runtime/invocation.ts';
import { deferEvents } from '../session/deferred-store.ts';
import { Session } from '../session/session.ts';
import { createSessionStore, type SessionStore } from '../session/store.ts';
import { TransportError } from '../transport/transport.ts';
import { chooseFunctions } from './choose-functions.ts';
import { Closers } from './closers.ts';
import { type Configuration, isSameFunction } from './configuration.ts';
import type { DevAws } from './dev-aws.ts';
import { type DevScreen, openDevScreen } from './dev-screen.ts';
import { errorText } from './error-text.ts';
import { aborted, onInterrupt } from './interrupt.ts';
import type { BrokerFlags } from './live/open-broker.ts';
import type { LiveFlags } from './live/open-live.ts';
import { countDrops, createLocalRuntime, type EmulatorFlags } from './offline.ts';
import { openOffline } from './open-offline.ts';
import { openProject, type ProjectFlags } from './open-project.ts';
import { type Output, openOutput } from './output.ts';
import { redactEvents } from './redact-events.ts';
import { sessionName } from './session-name.ts';

export type DevFlags = EmulatorFlags &
  LiveFlags &
  ProjectFlags &
  Partial<BrokerFlags> & {
    readonly offline?: boolean;
    readonly only?: readonly string[];
    readonly lane?: string;
    readonly takeover: boolean;
    readonly observe: boolean;
    readonly screenReader?: boolean;
    readonly plain?: boolean;
    readonly json?: boolean;
    readonly verbose: boolean;
    readonly once?: boolean;
    /** The folder, or that of the project's fixtures. */
    readonly record?: string | true;
  };

/** `llx dev`: gives the exit code. */
export async function runDev(flags: DevFlags): Promise<number> {
  const interrupt = onInterrupt();
  const closers = new Closers();
  const onCloseError = (error: unknown): void => void process.stderr.write(`${errorText(error)}\n`);
  let screen: DevScreen | undefined;
  try {
    const store = deferEvents(redactEvents(createSessionStore()));
    const output = openOutput(flags, store);
    closers.add(() => {
      store.flush();
      return output.close();
    });
    const { interactive } = output;
    const configuration = await openProject(flags, { store, interactive, signal: interrupt.signal });
    const wanted = chooseFunctions(configuration, flags.only);
    if (flags.record !== undefined) await startRecording(flags.record, { configuration, store, closers });
    const opened = Promise.withResolvers<DevAws>();
    // Whoever waits for it is told; where nobody does, the line below is.
    opened.promise.catch(() => undefined);
    const runtime = createLocalRuntime(configuration, store, async (spec) =>
      (await opened.promise).environmentOf(spec),
    );
    closers.add(() => runtime.close());
    const lane = flags.lane ?? configuration.lane;
    // Connecting takes seconds, and may fail for long: the user sees how it stands.
    screen = openDevScreen({
      output,
      store,
      configuration,
      runtime,
      lane,
      label: labelOf(flags),
      recording: flags.record !== undefined,
      closers,
      interrupt,
    });
    const { signal } = screen;
    // On another core, while the ports open here.
    if (!flags.observe) runtime.boot(wanted);
    const aws = await openAws(flags, { configuration, store, closers, signal });
    opened.resolve(aws);
    screen.opened(aws);
    const served = aws.functions.filter((one) => wanted.some((other) => isSameFunction(one, other)));
    const name = sessionName();
    const session = new Session({
      connect: aws.connect,
      runtime,
      functions: served,
      lane,
      ...(name === undefined ? {} : { name }),
      takeover: flags.takeover,
      mode: flags.observe ? 'observe' : 'serve',
      store,
      drops: countDrops(store, 'session'),
      ...(aws.quotas === undefined ? {} : { quotas: aws.quotas }),
      ...(aws.readRetained === undefined ? {} : { readRetained: aws.readRetained }),
      ...(aws.onCredentials === undefined ? {} : { onCredentials: aws.onCredentials }),
    });
    closers.add(() => session.close());
    await startSession(session, aws, { flags, signal });
    await screen.serving(session, aws);
    output.ready(readyFacts(aws, served));
    aws.onServing(served);
    // After the ready line: loading esbuild would hold it up. A session that watches runs nothing.
    if (!flags.observe) prepare(runtime, served, store);
    if (flags.once !== true) await watchStacks(configuration, store, closers);
    return await work(flags, {
      configuration,
      aws,
      store,
      output,
      interrupted: interrupt.signal,
      left: screen.left,
    });
  } catch (error) {
    // Who leaves while it connects has seen how it stood.
    if (screen === undefined || !screen.signal.aborted || interrupt.signal.aborted) throw error;
    await screen.left;
    return 0;
  } finally {
    await closers.close(onCloseError);
    interrupt.dispose();
  }
}

/** Loaded only where it was asked for. */
async function startRecording(
  directory: string | true,
  { configuration, store, closers }: Omit<Opening, 'signal'>,
): Promise<void> {
  const { recordInvocations } = await import('./record-invocations.ts');
  const recording = recordInvocations({
    store,
    configuration,
    directory: directory === true ? configuration.fixtureDirectory : resolve(directory),
  });
  closers.add(() => recording.close());
}

/** What of a CDK app only a deployment changes. */
async function watchStacks({ app }: Configuration, store: SessionStore, closers: Closers): Promise<void> {
  if (app === undefined) return;
  const { watchApp } = await import('./app-watch.ts');
  const watch = watchApp(app, (text) => store.dispatch({ type: 'notice', level: 'info', text }));
  closers.add(() => watch.close());
}

function prepare(runtime: Runtime, served: readonly FunctionSpec[], store: SessionStore): void {
  runtime.prepare(served).catch((error: unknown) => {
    // Work ahead: the next invocation meets the same and answers it.
    store.dispatch({ type: 'notice', level: 'warning', text: `Preparing the functions: ${String(error)}` });
  });
}

async function interrupted(signal: AbortSignal): Promise<never> {
  await aborted(signal);
  throw signal.reason;
}

async function startSession(
  session: Session,
  aws: DevAws,
  { flags, signal }: { readonly flags: DevFlags; readonly signal: AbortSignal },
): Promise<void> {
  try {
    // Once it is connected it waits for the broker's answers, which may never come.
    await Promise.race([session.start(signal), interrupted(signal)]);
  } catch (error) {
    // Ctrl-C while it connects is no failure of the broker.
    if (signal.aborted) throw signal.reason;
    if (!(error instanceof TransportError)) throw error;
    const { brokerFailure } = await import('./live/broker-failure.ts');
    const { doctorCommand } = await import('./live/doctor-command.ts');
    throw brokerFailure(aws, error, doctorCommand({ ...flags, endpoint: flags.endpoint ?? aws.endpoint }));
  }
}

type Work = {
  readonly configuration: Configuration;
  readonly aws: DevAws;
  readonly store: SessionStore;
  readonly output: Output;
  readonly interrupted: AbortSignal;
  /** Resolves when the user leaves the screen. */
  readonly left: Promise<void> | undefined;
};

async function work(
  flags: DevFlags,
  { configuration, aws, store, output, interrupted, left }: Work,
): Promise<number> {
  const { endpoint, region, credentials } = aws;
  if (flags.once === true && !output.interactive && endpoint !== undefined) {
    // With what reads and checks fixtures: a tenth of the code that a start would load.
    const { sendFixtures } = await import('./send-fixtures.ts');
    return (await sendFixtures({ configuration, endpoint, region, credentials, store, signal: interrupted }))
      ? 0
      : 1;
  }
  await Promise.race([aborted(interrupted), ...(left === undefined ? [] : [left])]);
  return interrupted.aborted ? 130 : 0;
}

/** What it will be, before anything is known of the other end. */
function labelOf(flags: DevFlags): string {
  if (flags.offline === true) return 'OFFLINE';
  if (flags.broker !== undefined) return 'BROKER';
  return flags.endpoint === undefined ? 'LIVE' : 'EMULATOR';
}

type Opening = {
  readonly configuration: Configuration;
  readonly store: SessionStore;
  readonly closers: Closers;
  readonly signal: AbortSignal;
};

/** What is loaded is only what that mode needs: an offline start knows nothing of AWS's clients. */
async function openAws(flags: DevFlags, opening: Opening): Promise<DevAws> {
  const { configuration, store, closers } = opening;
  if (flags.offline === true) return await openOffline(flags, configuration, store, closers);
  if (flags.broker !== undefined) {
    const { openBroker } = await import('./live/open-broker.ts');
    return await openBroker({ ...flags, broker: flags.broker }, opening);
  }
  const { openLive } = await import('./live/open-live.ts');
  return await openLive(flags, opening);
}

function readyFacts(aws: DevAws, served: readonly FunctionSpec[]) {
  const { mode, endpoint, broker, account, region, identity, apis } = aws;
  return {
    mode,
    ...(endpoint === undefined ? {} : { endpoint }),
    mqtt: broker,
    account,
    region,
    ...(identity === undefined ? {} : { identity }),
    functions: served.map(({ name, arn }) => ({ name, arn })),
    ...(apis === undefined ? {} : { apis }),
  };
}

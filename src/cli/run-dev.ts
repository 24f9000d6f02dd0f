import type { EmulatorState } from '../emulator/http/state-route.ts';
import { readRetainedOverHttp } from '../emulator/lambda/stub-host/read-retained-over-http.ts';
import { LlxError } from '../errors/llx-error.ts';
import { deferEvents } from '../session/deferred-store.ts';
import { Session } from '../session/session.ts';
import { createSessionStore, type SessionStore } from '../session/store.ts';
import { connectPacket } from '../transport/mqtt/packet-transport.ts';
import type { ReadRetained } from '../transport/read-retained.ts';
import { connectSharded } from '../transport/sharded-transport.ts';
import { type ConnectOptions, type Transport, TransportError } from '../transport/transport.ts';
import { Closers } from './closers.ts';
import { type Configuration, loadConfiguration } from './configuration.ts';
import { readEmulatorState, unreachable } from './emulator-client.ts';
import { errorText } from './error-text.ts';
import { matchesGlobs } from './flags.ts';
import { aborted, onInterrupt } from './interrupt.ts';
import { countDrops, createLocalRuntime, startConfiguredEmulator } from './offline.ts';
import { type Output, openOutput } from './output.ts';
import { packagePaths } from './package-paths.ts';
import { sendFixtures } from './send-fixtures.ts';

export type DevFlags = {
  readonly offline?: boolean;
  readonly endpoint?: string;
  readonly only?: readonly string[];
  readonly lane?: string;
  readonly takeover: boolean;
  readonly host: string;
  readonly port: number;
  readonly mqttPort: number;
  readonly plain?: boolean;
  readonly json?: boolean;
  readonly verbose: boolean;
  readonly once?: boolean;
};

/** `llx dev`: gives the exit code. */
export async function runDev(flags: DevFlags): Promise<number> {
  const interrupt = onInterrupt();
  const closers = new Closers();
  const onCloseError = (error: unknown): void => void process.stderr.write(`${errorText(error)}\n`);
  try {
    const configuration = await loadConfiguration(process.cwd(), { llxEntry: packagePaths.entry });
    const served = chooseFunctions(configuration, flags.only);
    const store = deferEvents(createSessionStore());
    const output = openOutput(flags, store);
    closers.add(() => {
      store.flush();
      return output.close();
    });
    const runtime = createLocalRuntime(configuration, store);
    closers.add(() => runtime.close());
    // On another core, while the ports open here.
    runtime.boot(served);
    const aws = await openAws(flags, configuration, store, closers);
    const lane = flags.lane ?? configuration.lane;
    const session = new Session({
      connect: aws.connect,
      runtime,
      functions: served,
      lane,
      takeover: flags.takeover,
      store,
      drops: countDrops(store, 'session'),
      readRetained: aws.readRetained,
    });
    closers.add(() => session.close());
    await startSession(session, aws.state.mqtt, interrupt.signal);
    const { endpoint, mqtt, account, region, functions } = aws.state;
    output.ready({
      mode: 'offline',
      endpoint,
      mqtt,
      account,
      region,
      functions: functions.filter(({ name }) => served.some((spec) => spec.name === name)),
    });
    aws.prepareStubs();
    // After the ready line: loading esbuild would hold it up.
    runtime.prepare(served).catch((error: unknown) => {
      // Work ahead: the next invocation meets the same and answers it.
      store.dispatch({ type: 'notice', level: 'warning', text: `Preparing the functions: ${String(error)}` });
    });
    return await work(flags, { configuration, endpoint, lane, store, output, signal: interrupt.signal });
  } finally {
    await closers.close(onCloseError);
    interrupt.dispose();
  }
}

async function startSession(session: Session, broker: string, signal: AbortSignal): Promise<void> {
  try {
    await session.start(signal);
  } catch (error) {
    // Ctrl-C while it connects is no failure of the broker.
    if (signal.aborted) throw signal.reason;
    throw error instanceof TransportError ? unreachable(broker, error) : error;
  }
}

type Work = {
  readonly configuration: Configuration;
  readonly endpoint: string;
  readonly lane: string;
  readonly store: SessionStore;
  readonly output: Output;
  readonly signal: AbortSignal;
};

async function work(
  flags: DevFlags,
  { configuration, endpoint, lane, store, output, signal }: Work,
): Promise<number> {
  if (flags.once === true && !output.interactive) {
    return (await sendFixtures({ configuration, endpoint, store, signal })) ? 0 : 1;
  }
  const screen = output.show({ label: flags.offline === true ? 'OFFLINE' : 'EMULATOR', endpoint, lane });
  await Promise.race([aborted(signal), ...(screen === undefined ? [] : [screen])]);
  return signal.aborted ? 130 : 0;
}

type Aws = {
  readonly state: EmulatorState;
  readonly connect: (options: ConnectOptions) => Promise<Transport>;
  readonly readRetained: ReadRetained;
  prepareStubs(): void;
};

async function openAws(
  flags: DevFlags,
  configuration: Configuration,
  store: SessionStore,
  closers: Closers,
): Promise<Aws> {
  if (flags.endpoint !== undefined) {
    const state = await readEmulatorState(flags.endpoint);
    return {
      state,
      // Loaded here: the full client takes 25 ms, and a session beside its own broker does not need it.
      connect: async (options) => {
        const { connectMqtt } = await import('../transport/mqtt/mqtt-transport.ts');
        return await connectSharded((one) => connectMqtt({ ...one, url: state.mqtt }), options);
      },
      readRetained: readRetainedOverHttp(flags.endpoint),
      prepareStubs: () => undefined,
    };
  }
  const emulator = await startConfiguredEmulator(configuration, flags, store);
  closers.add(() => emulator.close());
  return {
    state: emulator,
    connect: (options) => connectSharded((one) => connectPacket({ ...one, url: emulator.mqtt }), options),
    readRetained: (topic) => emulator.broker.retained(topic),
    prepareStubs: () => emulator.prepareStubs(),
  };
}

function chooseFunctions(
  { functions, file }: Configuration,
  only: readonly string[] | undefined,
): Configuration['functions'] {
  if (only === undefined) return functions;
  const chosen = functions.filter(({ name }) => matchesGlobs(name, only));
  if (chosen.length > 0) return chosen;
  throw new LlxError('LLX_FUNCTION_UNKNOWN', {
    message: `Expected --only to fit a function of ${file}, found ${only.join(' ')}. There are: ${functions.map(({ name }) => name).join(', ')}.`,
    mend: `llx dev --offline --only '${functions[0]?.name ?? '*'}'`,
  });
}

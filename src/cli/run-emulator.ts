import type { Emulator } from '../emulator/emulator.ts';
import type { InvocationEvent } from '../emulator/lambda/invocation-event.ts';
import { isExposed } from '../emulator/server/exposure.ts';
import { deferEvents } from '../session/deferred-store.ts';
import { createSessionStore, type SessionStore } from '../session/store.ts';
import { Closers } from './closers.ts';
import { type Configuration, findProject, loadConfiguration, withoutProject } from './configuration.ts';
import { errorText } from './error-text.ts';
import { aborted, onInterrupt } from './interrupt.ts';
import { type EmulatorFlags, startConfiguredEmulator } from './offline.ts';
import { openOutput } from './output.ts';
import { packagePaths } from './package-paths.ts';
import { redactEvents } from './redact-events.ts';
import { servedApis } from './served-apis.ts';
import { exposureOf } from './server-settings.ts';

export type EmulatorCommandFlags = EmulatorFlags & {
  readonly plain?: boolean;
  readonly json?: boolean;
  readonly verbose: boolean;
  /** Milliseconds. */
  readonly drain?: number;
};

/** Longer than most requests; systemd sends SIGKILL after 90 s. */
const DRAIN_MS = 25_000;

/** `llx emulator`: gives the exit code. */
export async function runEmulator(flags: EmulatorCommandFlags): Promise<number> {
  const interrupt = onInterrupt();
  const closers = new Closers();
  try {
    const configuration = await projectOf(process.cwd());
    const store = deferEvents(redactEvents(createSessionStore()));
    const output = openOutput({ ...flags, plain: flags.json !== true }, store);
    closers.add(() => {
      store.flush();
      return output.close();
    });
    const emulator = await startConfiguredEmulator(configuration, flags, store, {
      stateInUse: 'fail',
      onInvocation: showInvocations(store),
    });
    closers.add(() => emulator.close());
    const { endpoint, mqtt, wss, mtls, ca, account, region, functions } = emulator;
    const deployed = await emulator.loadServices();
    output.ready({
      mode: 'emulator',
      endpoint,
      mqtt,
      account,
      region,
      functions: [...functions, ...deployed],
      ...(configuration.apis === undefined
        ? {}
        : { apis: servedApis(configuration.apis, { endpoint, domain: flags.domain }) }),
      ...(wss === undefined ? {} : { wss }),
      ...(mtls === undefined ? {} : { mtls }),
      ...(ca === undefined ? {} : { ca }),
    });
    emulator.prepareStubs();
    await aborted(interrupt.signal);
    await drain(emulator, flags, store);
    return 130;
  } finally {
    await closers.close((error) => void process.stderr.write(`${errorText(error)}\n`));
    interrupt.dispose();
  }
}

/** Callers of a server get their answers, within bounds; a developer who presses Ctrl-C waits for nobody. */
async function drain(
  emulator: Pick<Emulator, 'drain'>,
  flags: EmulatorCommandFlags,
  store: SessionStore,
): Promise<void> {
  const milliseconds = flags.drain ?? (isExposed(exposureOf(flags)) ? DRAIN_MS : 0);
  if (milliseconds === 0) return;
  const { promise, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(resolve, milliseconds, 'late');
  try {
    if ((await Promise.race([emulator.drain(), promise])) !== 'late') return;
    const text = `What still ran after ${milliseconds / 1_000} s is ended without its answer.`;
    store.dispatch({ type: 'notice', level: 'warning', text });
  } finally {
    clearTimeout(timer);
  }
}

/** An emulator needs none: what is deployed through its API is enough. */
async function projectOf(directory: string): Promise<Configuration> {
  const { file, app } = findProject(directory);
  if (file === undefined && app === undefined) return withoutProject(directory);
  return await loadConfiguration(directory, { llxEntry: packagePaths.entry });
}

/** The emulator's own view of invocations, in the words that the writers know. */
function showInvocations(store: SessionStore): (event: InvocationEvent) => void {
  const ids = new Map<string, string>();
  let count = 0;
  return (event) => {
    if (event.type !== 'started' && event.type !== 'ended') return;
    const { requestId, resolved, event: payload } = event.call;
    if (event.type === 'started') {
      // A retry keeps the request id.
      const id = `${requestId} ${++count}`;
      ids.set(requestId, id);
      store.dispatch({
        type: 'offered',
        id,
        requestId,
        functionName: resolved.deployed.spec.name,
        lane: 'default',
        event: payload,
        at: Date.now(),
      });
      return;
    }
    const id = ids.get(requestId);
    ids.delete(requestId);
    if (id !== undefined) store.dispatch({ type: 'ended', id, at: Date.now(), result: event.result });
  };
}

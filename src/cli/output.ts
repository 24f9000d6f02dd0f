import type { SessionStore } from '../session/store.ts';
import { LatestDrops } from '../tui/latest-drops.ts';
import { dropsTable, summaryText } from '../tui/summary-text.ts';
import { createJsonWriter } from './writers/json-writer.ts';
import { createPlainWriter } from './writers/plain-writer.ts';
import type { Ready } from './writers/writer.ts';

export type OutputFlags = { readonly plain?: boolean; readonly json?: boolean; readonly verbose: boolean };

/** What of the process decides about the output. */
type Surroundings = {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
};

export type ScreenMode = {
  readonly label: string;
  readonly endpoint: string;
  readonly lane: string;
  /** The command that invokes a function there. */
  readonly invocation: (functionName: string) => string;
};

/** Where a session shows itself: a screen, lines, or JSON. All read the same store. */
export type Output = {
  readonly interactive: boolean;
  ready(facts: Ready): void;
  /** Opens the screen, where there is one; resolves when the user leaves it. */
  show(mode: ScreenMode): Promise<void> | undefined;
  close(): Promise<void>;
};

/** Where there is a terminal, its screen; else, in CI, and where the flags say so, a writer. */
export function openOutput(
  flags: OutputFlags,
  store: SessionStore,
  { stdin, stdout, env }: Surroundings = process,
): Output {
  const terminal = stdout.isTTY === true && stdin.isTTY === true && env.CI === undefined;
  if (terminal && flags.plain !== true && flags.json !== true) {
    return screenOutput(store, flags.verbose, { stdin, stdout });
  }
  const writer =
    flags.json === true
      ? createJsonWriter({ store, stdout, verbose: flags.verbose })
      : createPlainWriter({
          store,
          stdout,
          verbose: flags.verbose,
          colour: stdout.isTTY === true && env.NO_COLOR === undefined,
        });
  return {
    interactive: false,
    ready: (facts) => writer.ready(facts),
    show: () => undefined,
    close: () => writer.close(),
  };
}

function screenOutput(
  store: SessionStore,
  verbose: boolean,
  { stdin, stdout }: Omit<Surroundings, 'env'>,
): Output {
  // From now on: some messages are dropped while the session starts, before there is a screen.
  const drops = verbose ? new LatestDrops(store) : undefined;
  let closeScreen = async (): Promise<void> => undefined;
  return {
    interactive: true,
    ready: () => undefined,
    async show({ label, endpoint, lane, invocation }) {
      // Ink is loaded only where there is a screen to draw on.
      const { runTui } = await import('../tui/run-tui.tsx');
      const screen = runTui({
        store,
        mode: { label, endpoint, invocation },
        lane,
        drops,
        stdin,
        stdout,
      });
      closeScreen = () => screen.close();
      await screen.done;
      const state = store.getState();
      const table = verbose ? dropsTable(state) : undefined;
      stdout.write([summaryText(state), ...(table === undefined ? [] : ['', table]), ''].join('\n'));
    },
    close() {
      drops?.close();
      return closeScreen();
    },
  };
}

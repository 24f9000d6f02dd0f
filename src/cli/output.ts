import type { SessionStore } from '../session/store.ts';
import { LatestDrops } from '../tui/latest-drops.ts';
import type { Tui } from '../tui/run-tui.tsx';
import type { HintStore } from '../tui/shell/hints.ts';
import { dropsTable, summaryText } from '../tui/summary-text.ts';
import type { TuiActions } from '../tui/tui-actions.ts';
import { createJsonWriter } from './writers/json-writer.ts';
import { createPlainWriter } from './writers/plain-writer.ts';
import type { Ready } from './writers/writer.ts';

export type OutputFlags = {
  readonly plain?: boolean;
  readonly json?: boolean;
  readonly screenReader?: boolean;
  readonly verbose: boolean;
};

/** What of the process decides about the output. */
type Surroundings = {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
};

export type ScreenMode = {
  readonly label: string;
  readonly endpoint: string;
  /** The command that invokes a function there. */
  readonly invocation?: (functionName: string) => string;
  /** Invocations are being written as fixtures. */
  readonly recording?: boolean;
};

export type ScreenOptions = {
  readonly mode: ScreenMode;
  readonly lane: string;
  readonly actions: TuiActions;
  /** Milliseconds to the broker and back. */
  readonly ping?: () => Promise<number | undefined>;
  readonly hints?: HintStore;
};

/** Where a session shows itself: a screen, lines, or JSON. All read the same store. */
export type Output = {
  readonly interactive: boolean;
  ready(facts: Ready): void;
  /** Opens the screen, where there is one; resolves when the user leaves it. Once. */
  show(options: ScreenOptions): Promise<void> | undefined;
  /** What is at the other end is known by now. */
  setMode(mode: ScreenMode): void;
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
    return screenOutput(store, flags, { stdin, stdout });
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
    setMode: () => undefined,
    close: () => writer.close(),
  };
}

function screenOutput(
  store: SessionStore,
  { verbose, screenReader }: OutputFlags,
  { stdin, stdout }: Omit<Surroundings, 'env'>,
): Output {
  // From now on: some messages are dropped while the session starts, before there is a screen.
  const drops = verbose ? new LatestDrops(store) : undefined;
  let screen: Tui | undefined;
  let latest: ScreenMode | undefined;
  let closed = false;
  let ready = false;
  return {
    interactive: true,
    ready({ apis = [] }) {
      ready = true;
      for (const { name, url } of apis) {
        store.dispatch({ type: 'notice', level: 'info', text: `API ${name}: ${url}` });
      }
    },
    async show(options) {
      // Ink is loaded only where there is a screen to draw on.
      const { runTui } = await import('../tui/run-tui.tsx');
      if (closed) return;
      const shown = runTui({
        ...options,
        mode: latest ?? options.mode,
        store,
        drops,
        stdin,
        stdout,
        ...(screenReader === undefined ? {} : { screenReader }),
      });
      screen = shown;
      // A defect ends the process: what is printed of it must not go to a screen that is taken down.
      const restore = (): void => shown.restore();
      process.prependListener('uncaughtException', restore);
      try {
        await shown.done;
      } finally {
        process.off('uncaughtException', restore);
      }
      const state = store.getState();
      // Who left before there was a session, by what the screen showed, has nothing to sum up.
      if (!ready && state.functions.length === 0 && state.totals.offered === 0) return;
      const table = verbose ? dropsTable(state) : undefined;
      stdout.write([summaryText(state), ...(table === undefined ? [] : ['', table]), ''].join('\n'));
    },
    setMode(mode) {
      latest = mode;
      screen?.setMode(mode);
    },
    async close() {
      closed = true;
      drops?.close();
      await screen?.close();
    },
  };
}

import { render } from 'ink';
import { causeText } from '../session/connection-text.ts';
import type { SessionStore } from '../session/store.ts';
import { App } from './app.tsx';
import { Cell } from './cell.ts';
import { createFrameSource } from './frame-source.ts';
import { FunctionStatistics } from './functions/function-statistics.ts';
import type { LatestDrops } from './latest-drops.ts';
import { LogBook } from './logs/log-book.ts';
import type { Size } from './screen.ts';
import { READER, sizeFor } from './screen-reader.ts';
import { createScreens } from './screens.ts';
import type { HeaderFacts, Mode } from './shell/header.tsx';
import { type HintStore, Hints, NO_HINTS } from './shell/hints.ts';
import { layoutOf } from './shell/layout.ts';
import { NoticeBoard } from './shell/notice-board.ts';
import { watchRoundTrip } from './shell/round-trip.ts';
import { Shell } from './shell/shell.ts';
import { TerminalOwner } from './shell/terminal-owner.ts';
import { suspendProcess } from './suspend-process.ts';
import { createTheme, ThemeProvider } from './theme.ts';
import type { TuiActions } from './tui-actions.ts';

export type TuiOptions = {
  readonly store: SessionStore;
  readonly mode: Mode;
  readonly lane: string;
  readonly actions: TuiActions;
  /** What was dropped is shown, too. Absent: it is only counted. */
  readonly drops?: Pick<LatestDrops, 'latest'> | undefined;
  /** Terminals. @default those of the process */
  readonly stdin?: NodeJS.ReadStream;
  readonly stdout?: NodeJS.WriteStream;
  /** The user has asked to quit; the screen is still there. */
  readonly onQuit?: () => void;
  /** Milliseconds to the broker and back; undefined: no answer. Absent: not shown. */
  readonly ping?: () => Promise<number | undefined>;
  /** Which hints the user has seen. @default none are given */
  readonly hints?: HintStore;
  /** Told how many milliseconds each frame of the session took. */
  readonly onFrame?: (milliseconds: number) => void;
  /** @default unless NO_COLOR is set (https://no-color.org) */
  readonly colour?: boolean;
  /** Lines to be read aloud, in place of columns and drawings. @default when INK_SCREEN_READER is `true` */
  readonly screenReader?: boolean;
  /** Epoch milliseconds, for display. @default Date.now */
  readonly now?: () => number;
  /** @default SIGTSTP to the process group */
  readonly suspend?: () => Promise<void>;
};

export interface Tui {
  /** Resolves when the user has quit and the terminal is as it was before; rejects, restored too, when a screen crashed. */
  readonly done: Promise<void>;
  /** What is at the other end is known by now, or is another. */
  setMode(mode: Mode): void;
  /** For signals and defects: the terminal is as it was before when this returns. Idempotent. */
  restore(): void;
  /** The same; resolves when all of it has been written. */
  close(): Promise<void>;
}

/** Shows a session on the alternate screen until the user quits. What is to stay visible is printed after `done`. */
export function runTui(options: TuiOptions): Tui {
  const { store, mode, lane, stdin = process.stdin, stdout = process.stdout } = options;
  const { onQuit = () => {}, now = Date.now, suspend = suspendProcess } = options;
  const colour = options.colour ?? (process.env.NO_COLOR === undefined || process.env.NO_COLOR === '');
  const statistics = new FunctionStatistics(store, now);
  const logs = new LogBook(store, now);
  const screenReader = options.screenReader ?? process.env.INK_SCREEN_READER === 'true';
  const frames = createFrameSource(store, {
    drops: options.drops,
    onFrame: options.onFrame,
    ...(screenReader ? { intervalMs: READER.intervalMs } : {}),
  });
  const header = new Cell<HeaderFacts>({ mode, lane });
  const board = new NoticeBoard();
  const unwatch = frames.subscribe(() => board.update(frames.getSnapshot().state, now()));
  const terminal = new TerminalOwner();
  const hints = new Hints(options.hints ?? NO_HINTS);
  const ended = new AbortController();

  const layout = (frame: ReturnType<typeof frames.latest>, size: Size, at: number) => {
    const invocation = header.get().mode.invocation ?? ((name: string) => `llx invoke ${name}`);
    return layoutOf({
      frame,
      size: sizeFor(size, screenReader),
      now: at,
      board,
      statistics,
      logs,
      invocation,
    });
  };
  const shell: Shell = new Shell({
    screens: createScreens(),
    // What was drawn is what the user means, but for its size, which Ink learns a moment later.
    facts: () => layout(frames.getSnapshot(), { columns: stdout.columns, rows: stdout.rows }, now()).facts,
    // Whether to ask before quitting must not hang on a frame that is yet to be drawn.
    running: () => frames.latest().state.running > 0,
    actions: lending(options.actions, terminal),
    dismiss: () => board.dismiss(frames.latest().state, now()),
    onAction: (action) => hints.used(action),
    suspend: () => {
      terminal.lend(suspend).catch((error: unknown) => {
        // Windows has no SIGTSTP.
        shell.say({ text: `Cannot suspend: ${causeText(error)}`, token: 'warning' });
      });
    },
  });
  if (options.ping !== undefined) {
    const tell = (roundTripMs: number | undefined) => header.set({ ...header.get(), roundTripMs });
    void watchRoundTrip({ ping: options.ping, tell, signal: ended.signal });
  }
  const app = (
    <ThemeProvider value={createTheme(colour)}>
      <App
        frames={frames}
        shell={shell}
        header={header}
        layout={layout}
        terminal={terminal}
        now={now}
        hint={() => hints.next()}
        onQuit={onQuit}
      />
    </ThemeProvider>
  );
  const screen = render(app, {
    stdin,
    stdout,
    alternateScreen: true,
    isScreenReaderEnabled: screenReader,
    incrementalRendering: true,
    interactive: true,
    // The session is drawn thirty times a second at most, by `frames`; a key in between does not wait for its turn among
    // those. Only reads that come faster than they can be drawn are drawn together.
    maxFps: 125,
    // Quitting is a key like the others: `q` may ask, Ctrl-C does not.
    exitOnCtrlC: false,
    // Nothing of llx prints with `console`, and lines above a frame that fills the screen would push it away.
    patchConsole: false,
  });
  const done = screen.waitUntilExit().then(
    () => end(),
    (error: unknown) => {
      end();
      throw error;
    },
  );

  function end(): void {
    // What is typed while the session still ends is for the shell.
    stdin.pause();
    ended.abort();
    unwatch();
    statistics.close();
    logs.close();
  }

  return {
    done,
    setMode: (next) => header.set({ ...header.get(), mode: next }),
    restore: () => screen.unmount(),
    close() {
      screen.unmount();
      return done;
    },
  };
}

/** What runs in the terminal itself gets it from the screen. */
function lending(actions: TuiActions, terminal: TerminalOwner): TuiActions {
  return {
    ...actions,
    edit: (text, extension) => terminal.lend(() => actions.edit(text, extension)),
    openSource: (functionName, location) => terminal.lend(() => actions.openSource(functionName, location)),
  };
}

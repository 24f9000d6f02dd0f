import { render } from 'ink';
import type { SessionStore } from '../session/store.ts';
import { App } from './app.tsx';
import { createFrameSource } from './frame-source.ts';
import type { LatestDrops } from './latest-drops.ts';
import type { Mode } from './shell/header.tsx';
import { suspendProcess } from './suspend-process.ts';
import { createTheme, ThemeProvider } from './theme.ts';

export type TuiOptions = {
  readonly store: SessionStore;
  readonly mode: Mode;
  readonly lane: string;
  /** What was dropped is shown, too. Absent: it is only counted. */
  readonly drops?: Pick<LatestDrops, 'latest'> | undefined;
  /** Terminals. @default those of the process */
  readonly stdin?: NodeJS.ReadStream;
  readonly stdout?: NodeJS.WriteStream;
  /** The user has asked to quit; the screen is still there. */
  readonly onQuit?: () => void;
  /** @default unless NO_COLOR is set (https://no-color.org) */
  readonly colour?: boolean;
  /** Epoch milliseconds, for display. @default Date.now */
  readonly now?: () => number;
  /** @default SIGTSTP to the process group */
  readonly suspend?: () => Promise<void>;
};

export interface Tui {
  /** Resolves when the user has quit and the terminal is as it was before; rejects, restored too, when a screen crashed. */
  readonly done: Promise<void>;
  /** For signals. Idempotent. */
  close(): Promise<void>;
}

/** Shows a session on the alternate screen until the user quits. What is to stay visible is printed after `done`. */
export function runTui(options: TuiOptions): Tui {
  const { store, mode, lane, stdin = process.stdin, stdout = process.stdout } = options;
  const { onQuit = () => {}, now = Date.now, suspend = suspendProcess } = options;
  const colour = options.colour ?? (process.env.NO_COLOR === undefined || process.env.NO_COLOR === '');
  const app = (
    <ThemeProvider value={createTheme(colour)}>
      <App
        frames={createFrameSource(store, { drops: options.drops })}
        mode={mode}
        lane={lane}
        now={now}
        suspend={suspend}
        onQuit={onQuit}
      />
    </ThemeProvider>
  );
  const screen = render(app, {
    stdin,
    stdout,
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    // Quitting is a key like the others: `q` may ask, Ctrl-C does not.
    exitOnCtrlC: false,
    // Nothing of llx prints with `console`, and lines above a frame that fills the screen would push it away.
    patchConsole: false,
  });
  const done = screen.waitUntilExit().then(() => {});
  return {
    done,
    close() {
      screen.unmount();
      return done;
    },
  };
}

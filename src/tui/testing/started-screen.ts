import type { SessionEvent } from '../../session/event.ts';
import { createSessionStore, type SessionStore } from '../../session/store.ts';
import { runTui, type Tui } from '../run-tui.tsx';
import type { TuiActions } from '../tui-actions.ts';
import { ModelledTerminal } from './modelled-terminal.ts';
import { recordedActions } from './recorded-actions.ts';
import { NOON, served } from './session-events.ts';

export type StartedScreen = {
  readonly terminal: ModelledTerminal;
  readonly store: SessionStore;
  readonly calls: readonly (readonly unknown[])[];
  /** The rows of the screen's own part: without header, messages and keys. */
  readonly body: () => readonly string[];
  /** Resolves when the user has quit. */
  readonly done: Promise<void>;
  readonly close: () => Promise<void>;
};

export type StartOptions = {
  readonly columns?: number;
  readonly rows?: number;
  readonly actions?: Partial<TuiActions>;
  /** @default false */
  readonly colour?: boolean;
  readonly suspend?: () => Promise<void>;
  readonly screenReader?: boolean;
  /** @default three seconds after noon */
  readonly now?: () => number;
};

/** The whole user interface over a store, on a modelled terminal, with actions that are only remembered. */
export function startScreen(events: readonly SessionEvent[], options: StartOptions = {}): StartedScreen {
  const terminal = new ModelledTerminal(options.columns ?? 80, options.rows ?? 20);
  const store = createSessionStore();
  store.dispatch({ type: 'connection', state: { status: 'connected', connection: 1 } });
  for (const event of [...served('orders'), ...events]) store.dispatch(event);
  const { actions, calls } = recordedActions({
    pin: (id, on) => store.dispatch({ type: 'pinned', id, on }),
    ...options.actions,
  });
  const tui: Tui = runTui({
    store,
    mode: { label: 'OFFLINE', endpoint: 'http://127.0.0.1:4566', invocation: (name) => `llx invoke ${name}` },
    lane: 'default',
    actions,
    stdin: terminal.stdin,
    stdout: terminal.stdout,
    now: options.now ?? (() => NOON + 3_000),
    colour: options.colour ?? false,
    ...(options.screenReader === undefined ? {} : { screenReader: options.screenReader }),
    ...(options.suspend === undefined ? {} : { suspend: options.suspend }),
  });
  return {
    terminal,
    store,
    calls,
    body: () => terminal.text.split('\n').slice(2, -2),
    done: tui.done,
    close: () => tui.close(),
  };
}

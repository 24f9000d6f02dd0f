import type { ReactNode } from 'react';
import type { SessionState } from '../session/store.ts';
import type { FunctionStatistics } from './functions/function-statistics.ts';
import type { KeyId, ScreenId } from './key-table.ts';
import type { LogBook } from './logs/log-book.ts';
import type { TextField } from './shell/text-field.ts';
import type { Token } from './theme.ts';
import type { TuiActions } from './tui-actions.ts';

export type Size = { readonly columns: number; readonly rows: number };

/** All that a screen may look at. */
export type ScreenFacts = {
  readonly session: SessionState;
  readonly statistics: FunctionStatistics;
  readonly logs: LogBook;
  /** Of the screen's own part: header, notices, message line and footer are the shell's. */
  readonly size: Size;
  /** Epoch milliseconds, for display; whole seconds apart while something runs. */
  readonly now: number;
  /** The command that invokes a function, for people. */
  readonly invocation: (functionName: string) => string;
};

/** What a key did: the state after it, and what else is to happen. */
export type Outcome<State> = {
  readonly state: State;
  readonly effect?: Effect<State>;
  readonly message?: Message;
};

export type Message = { readonly text: string; readonly token: Token };

/** What is to be done after a key: returned by screens, done by the shell. */
export type Effect<State> =
  /** To another screen. Escape comes back from it. */
  | { readonly type: 'go'; readonly screen: ScreenId; readonly target?: ScreenTarget }
  /** One step back, as Escape. */
  | { readonly type: 'back' }
  | { readonly type: 'ask'; readonly question: Question<State> }
  | {
      readonly type: 'run';
      /** Said while it runs: `Saving …`. */
      readonly doing?: string;
      /** While it edits or opens a source, the terminal is the editor's. A rejection's message is shown. */
      readonly run: (actions: TuiActions) => Promise<RunResult<State>>;
    };

/** What a screen is opened for. */
export type ScreenTarget = {
  readonly invocationId?: string;
  /** A tab of the invocation. */
  readonly tab?: string;
  readonly functionName?: string;
};

export type RunResult<State> = {
  readonly message?: Message;
  /** Applied to the state as it is by then. */
  readonly update?: (state: State) => State;
  readonly effect?: Effect<State>;
};

/** Asked by the shell over the screen; Escape is no answer. */
export type Question<State> =
  | { readonly type: 'confirm'; readonly text: string; readonly yes: Effect<State> }
  | {
      readonly type: 'text';
      readonly label: string;
      readonly initial: string;
      readonly answered: (text: string) => Effect<State>;
    }
  | { readonly type: 'choose'; readonly title: string; readonly choices: readonly Choice<State>[] };

export type Choice<State> = {
  readonly label: string;
  /** Chosen by one key, too. */
  readonly key?: string;
  readonly disabled?: string;
  readonly effect: Effect<State>;
};

/** A text field that is open in a screen, drawn by the shell in the message line. */
export type OpenField = {
  /** Stands before the text: `/`. */
  readonly label: string;
  readonly field: TextField;
  /** Stands behind it: `12/345`. */
  readonly note?: string;
};

/**
 * A screen as data and functions. Its state is its own, changed purely; its keys are those of the key table whose `when`
 * names it.
 */
export type Screen<State> = {
  readonly id: ScreenId;
  readonly initial: State;
  /** The state for being opened from elsewhere. @default as it was left */
  readonly opened?: (state: State, target: ScreenTarget, facts: ScreenFacts) => Outcome<State>;
  /** Pure. Only ids that are bound in this screen arrive; Escape arrives as `back`, which may be refused by `undefined`. */
  readonly act: (state: State, action: KeyId, facts: ScreenFacts) => Outcome<State>;
  /** Why an action does nothing now. Shown when it is tried; the footer dims it. */
  readonly disabled?: (state: State, action: KeyId, facts: ScreenFacts) => string | undefined;
  /** True while Escape has something to undo here (a mark, a filter): then `back` comes to `act`, else the shell goes back. */
  readonly backs?: (state: State, facts: ScreenFacts) => boolean;
  /** Given while a text field is open: keys are its text then; enter and escape come as `field.accept`, `field.cancel`. */
  readonly field?: (state: State, facts: ScreenFacts) => OpenField | undefined;
  /** What one drawing has no time for: done in the next turn, after which all is drawn again. Undefined: nothing is left. */
  readonly unfinished?: (state: State, facts: ScreenFacts) => (() => void) | undefined;
  /** The text field was edited. */
  readonly edited?: (state: State, field: TextField, facts: ScreenFacts) => State;
  readonly Component: (props: { readonly state: State; readonly facts: ScreenFacts }) => ReactNode;
};

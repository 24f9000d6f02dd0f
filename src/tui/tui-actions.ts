import type { Expectation } from '../fixtures/expect/expectation.ts';
import type { SourceLocation } from '../session/source-location.ts';
import type { InvocationRecord } from '../session/store.ts';

/** A fixture of the project, or one that ships; `problem` says why its file is none. */
export type TuiFixture = {
  /** `orders/create`. */
  readonly name: string;
  readonly file: string;
  /** The function that it names itself. */
  readonly functionName?: string;
  readonly event?: unknown;
  readonly expect?: Expectation;
  readonly problem?: string;
};

export type ReplayRequest = {
  readonly functionName: string;
  readonly event: Uint8Array;
  /** Id of the invocation that is run again; undefined: a new event. */
  readonly replayOf: string | undefined;
  readonly clientContext?: unknown;
};

/**
 * What the screens may do beyond looking. Implemented by the command that shows them. Each resolves when it is done, and
 * rejects with an error whose message is a sentence for the message line.
 */
export type TuiActions = {
  /** Runs an event here, with the function as it stands on disk. No caller waits for the answer; it shows as an invocation. */
  replay(request: ReplayRequest): Promise<void>;
  /** Takes or leaves the lane of one function at once; `takeover`: also when another session holds it. */
  toggle(functionName: string, on: boolean, options?: { readonly takeover?: boolean }): Promise<void>;
  /** What is pinned is kept although newer invocations need the room. */
  pin(invocationId: string, on: boolean): void;
  fixtures(): Promise<readonly TuiFixture[]>;
  /** Through the Lambda API where there is an emulator, else as a local run. */
  sendFixture(name: string, functionName: string): Promise<void>;
  /** Without `overwrite`, an existing file is an error. Secrets are redacted. */
  saveFixture(
    record: InvocationRecord,
    options: { readonly name: string; readonly overwrite?: boolean },
  ): Promise<{ readonly name: string; readonly file: string }>;
  /** Gives the text to $VISUAL, $EDITOR or vi; the text afterwards, or undefined when it was left as it was. */
  edit(text: string, extension: string): Promise<string | undefined>;
  /** Opens the source of a function in the editor: its handler's file, or a line of it. */
  openSource(functionName: string, location?: SourceLocation): Promise<void>;
  /** A few lines of a source file around a line, for a code frame; undefined when it cannot be read. */
  readSource(location: SourceLocation): Promise<readonly { line: number; text: string }[] | undefined>;
  /** To the clipboard of the system, else through the terminal (OSC 52). */
  copy(text: string): Promise<void>;
};

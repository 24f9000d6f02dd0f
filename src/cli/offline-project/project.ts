import type { Observed, ObservedCall } from '../../fixtures/expect/observed.ts';
import type { FailureKind } from '../../runtime/invocation.ts';
import type { FunctionConfig } from '../configuration/llx-config.ts';

/** What handlers take for the time and for chance. */
export type FixedWorld = {
  /** Where the handler's clock stands still, from the begin of each invocation; a text is ISO 8601. @default the time goes on */
  readonly clock?: string | Date;
  /** What `Math.random` and `node:crypto` draw from, anew for each invocation; an integer. @default chance */
  readonly seed?: number;
};

export type ProjectOptions = FixedWorld & {
  /** Whose project it is, in it or above it. @default the working directory */
  readonly directory?: string;
  /** Instead of a project: handlers are relative to `directory`. */
  readonly functions?: Readonly<Record<string, FunctionConfig>>;
  /** Names or patterns of functions that run as they stand on disk. What others run is their deployed code. @default all */
  readonly only?: readonly string[];
  /** Variables of every function, over its own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What a developer should know and no invocation shows. */
  readonly onNotice?: (text: string) => void;
  /** Each line as it comes. */
  readonly onLog?: (line: ProjectLogLine) => void;
  /** Ends the start. */
  readonly signal?: AbortSignal;
};

export type ProjectLogLine = {
  readonly functionName: string;
  readonly requestId: string;
  /** One record as Lambda writes it, possibly with line ends inside. */
  readonly text: string;
};

export type InvokeOptions = FixedWorld & {
  readonly clientContext?: unknown;
  readonly qualifier?: string;
  /**
   * Whether these are the calls that are waited for, at most a fifth of a second: a message that was published right
   * before the answer may come after it. @default those that came before the answer
   */
  readonly until?: (calls: readonly ObservedCall[]) => boolean;
  /** Ends the invocation; the call is then rejected with its reason. */
  readonly signal?: AbortSignal;
};

export type Invocation = Observed & {
  readonly requestId: string;
  readonly functionName: string;
  /** Whether its process was started for it. */
  readonly coldStart: boolean;
  /** Of a failure: whether the handler failed, or what else. */
  readonly failedBecause?: FailureKind;
};

/** A project's functions beside a small AWS of their own in this process. Several at once know nothing of each other. */
export type OfflineProject = AsyncDisposable & {
  readonly endpoint: string;
  readonly mqtt: string;
  readonly account: string;
  readonly region: string;
  readonly functions: readonly { readonly name: string; readonly arn: string }[];
  /** What an AWS SDK finds its way by: endpoint, region, a key that opens this emulator. */
  readonly variables: Readonly<Record<string, string>>;
  /**
   * Invokes a function over Lambda's API and waits for its answer. A function that fails is an answer with an `error`.
   *
   * @throws LlxError LLX_FUNCTION_UNKNOWN for a function that is not there, LLX_UNREACHABLE when it is closed.
   */
  invoke(functionName: string, event?: unknown, options?: InvokeOptions): Promise<Invocation>;
  /** Since the start or `clear`, at most the latest 10,000 lines. */
  logs(functionName?: string): readonly ProjectLogLine[];
  /** What functions caused since the start or `clear`: messages published and sent, functions invoked. */
  calls(): readonly ObservedCall[];
  /** Forgets log lines and calls. */
  clear(): void;
  /** Ends every process, socket and timer of it, and removes its files. Idempotent. */
  close(): Promise<void>;
};

/** What `llx/testing` starts a project with. */
export type StartProject = (options?: ProjectOptions) => Promise<OfflineProject>;

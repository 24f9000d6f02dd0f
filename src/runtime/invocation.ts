/** What goes into a run of a handler and what comes out of it, whatever the language and the channel. */

/** A function as the runtime needs it. */
export type FunctionSpec = {
  readonly name: string;
  /** Without qualifier. */
  readonly arn: string;
  /** Lambda's setting, shown as `_HANDLER`: `src/hello.handler`. */
  readonly handler: string;
  /** Lambda's identifier: `nodejs24.x`, `python3.13`. Decides what runs it, and about callbacks, context and exits. */
  readonly runtime: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute path of the folder that `handler` is relative to: the working directory and LAMBDA_TASK_ROOT. */
  readonly root: string;
  /** `source`: what a developer edits; reloaded, and of Node.js built by esbuild. `package`: run as it is. */
  readonly code: 'source' | 'package';
  /** Of a package: `root` is what was kept of it, which other functions may run, too. @default a folder of the user's own */
  readonly stored?: boolean;
  /** Shown as AWS_LAMBDA_FUNCTION_VERSION. Packages of other versions run side by side. @default '$LATEST' */
  readonly version?: string;
  /** Absolute directories, in the function's order: what a later one has replaces what an earlier one has. */
  readonly layers?: readonly string[];
  /** Whether invocations may fix values: what stands in the place of the time and of chance is there before the code is. */
  readonly fixable?: boolean;
  readonly bundling?: {
    readonly external?: readonly string[];
    readonly define?: Readonly<Record<string, string>>;
    /** esbuild's loaders by file extension: `{ '.sql': 'text' }`. */
    readonly loader?: Readonly<Record<string, string>>;
    /** Absolute. @default the nearest tsconfig.json above each file */
    readonly tsconfig?: string;
  };
};

/** What a handler takes for the time and for chance, so that it answers the same at each run. */
export type FixedValues = {
  /** Where its clock stands still: epoch milliseconds. Absent: the time goes on. */
  readonly epochMs?: number;
  /** Decides what it draws. Absent: chance does. */
  readonly seed?: number;
};

export type LogLine = {
  readonly stream: 'stdout' | 'stderr';
  /** One record, possibly with line ends inside, without the last one. */
  readonly text: string;
};

export type InvocationRequest = {
  readonly requestId: string;
  /** As Lambda shows it to the handler: possibly with a qualifier. */
  readonly invokedFunctionArn: string;
  readonly functionVersion: string;
  /** JSON, UTF-8. */
  readonly event: Uint8Array;
  /** From now. The worker is killed when it has passed. */
  readonly remainingMs: number;
  /** So long it may wait for a process beside that: Lambda's init phase is not of the function's timeout. @default 0 */
  readonly initMs?: number;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly clientContext?: unknown;
  readonly identity?: unknown;
  readonly traceId?: string;
  /** Without effect in a function that is not `fixable`. */
  readonly fixed?: FixedValues;
  /** The only kind of handler that may answer: a streaming one, or not. Absent: either. Else the result is `streaming`. */
  readonly streaming?: boolean;
  /** Called for each record, in order, before the result. */
  readonly onLog?: (line: LogLine) => void;
  /** Kills the worker; the result is then `aborted`. */
  readonly signal?: AbortSignal;
  /** A build or a worker start began, or the handler was given the event. */
  readonly onProgress?: (step: 'building' | 'starting' | 'running') => void;
  /** Of a streamed answer, before its first piece: says whether the stream begins with an HTTP prelude. */
  readonly onContentType?: (contentType: string) => void;
  /** Takes the pieces of a streamed answer; resolves when more may come. Absent: a stream is gathered. */
  readonly onChunk?: (chunk: Uint8Array) => Promise<void>;
};

/** Why a run failed; `payload` of the result then is the error object that Lambda's caller sees. */
export type FailureKind =
  | 'handler' // the handler threw or rejected
  | 'init' // the module could not be loaded or has no such handler
  | 'build' // esbuild found errors
  | 'timeout' // killed at its deadline
  | 'exit' // the process ended by itself or by a signal
  | 'memory' // the process used more memory than the function has
  | 'oversize' // the answer is larger than Lambda allows
  | 'streaming' // the handler streams and may not, or does not and must; it did not run
  | 'aborted'; // stopped by the caller's signal or by close()

export type RunFacts = {
  readonly durationMs: number;
  /** Only of a run in a new process: loading the handler's module. */
  readonly initMs?: number;
  readonly coldStart: boolean;
  readonly maxMemoryMb?: number;
};

export type InvocationResult = RunFacts &
  (
    | { readonly status: 'succeeded'; readonly payload: Uint8Array; readonly streamed: boolean }
    | {
        readonly status: 'failed';
        readonly failure: FailureKind;
        readonly errorType: string;
        readonly payload: Uint8Array;
      }
  );

/** What happens to a function's code while llx runs. */
export type BuildEvent =
  | {
      readonly type: 'built';
      readonly functionName: string;
      readonly durationMs: number;
      readonly inputs: number;
    }
  | { readonly type: 'changed'; readonly functionName: string; readonly file: string }
  | {
      readonly type: 'build-failed';
      readonly functionName: string;
      readonly problems: readonly BuildProblem[];
    };

export type BuildProblem = {
  readonly text: string;
  /** Absolute; line from 1, column from 1. */
  readonly location?: {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly lineText: string;
  };
};

/** Runs handlers. One per llx process; `close` is idempotent, kills every child and ends every watch. */
export interface Runtime {
  /** Never rejects for what user code does: a failure is a result. */
  invoke(spec: FunctionSpec, request: InvocationRequest): Promise<InvocationResult>;
  /** Boots processes ahead, for functions like these: they do it on another core. Nothing is built. */
  boot(specs: readonly FunctionSpec[]): void;
  /** Builds and boots ahead of the first invocation; failures show in `onBuild`, and at the next invoke. */
  prepare(specs: readonly FunctionSpec[]): Promise<void>;
  onBuild(listener: (event: BuildEvent) => void): () => void;
  close(): Promise<void>;
}

/** A runtime whose packages come and go. */
export interface DeployedRuntime extends Runtime {
  /**
   * The packages of this function were replaced or deleted: its idle workers end now, busy ones after their invocation.
   * Another invocation starts anew.
   */
  forget(arn: string): void;
}

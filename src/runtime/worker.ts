import type { LoadFacts } from './channel/worker-message.ts';
import type {
  FailureKind,
  FunctionSpec,
  InvocationRequest,
  InvocationResult,
  LogLine,
} from './invocation.ts';
import type { EnvironmentOf } from './worker-environment.ts';

/** What has to be decided when a Node process starts; everything else is told to it with `load`. */
export type WorkerProfile = {
  readonly memoryMb: number;
  /** The function's own NODE_OPTIONS. */
  readonly nodeOptions: string | undefined;
  /** Its process starts with `load`, because all of its environment is needed for that. @default false */
  readonly deferred?: boolean;
};

/** A module that is ready to be imported, and the handler in it. */
export type LoadedCode = {
  /** Absolute path of the file, with extension. */
  readonly file: string;
  /** `handler`, or nested: `orders.create`. */
  readonly exportPath: string;
  /** Absolute: the directory that stands for /opt, with what the function's layers have. */
  readonly opt?: string | undefined;
};

export type LoadOptions = {
  /** Asked once, within the init phase; what it gives wins over everything else in the handler's environment. */
  readonly environmentOf?: EnvironmentOf | undefined;
  readonly signal?: AbortSignal;
};

export type LoadOutcome =
  | ({ readonly status: 'ready' } & LoadFacts)
  | {
      readonly status: 'failed';
      readonly failure: FailureKind;
      readonly errorType: string;
      readonly payload: Uint8Array;
      /** What was printed while loading; after a load that succeeded the first invocation gets it. */
      readonly logs?: readonly LogLine[];
    };

export type ExitStatus = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why there never was a process. */
  readonly error?: NodeJS.ErrnoException;
  /** Of a container: its memory was used up; or what runs it is gone, so that nobody knows. */
  readonly container?: 'out-of-memory' | 'engine-lost';
};

/**
 * One child process: booted, then loaded once with one function, then invoked any number of times, one at a time.
 * A worker whose handler timed out, exited or was aborted is dead; the pool starts another.
 */
export interface Worker {
  readonly profile: WorkerProfile;
  /** 0 while there is no process. */
  readonly pid: number;
  readonly alive: boolean;
  /** Sets environment and working directory, imports the module. At most 10 s, as Lambda's init phase. */
  load(spec: FunctionSpec, code: LoadedCode, options?: LoadOptions): Promise<LoadOutcome>;
  /** Only after `load` succeeded, and not while another invocation runs. Never rejects. */
  invoke(request: InvocationRequest): Promise<InvocationResult>;
  readonly exited: Promise<ExitStatus>;
  /** SIGKILL; resolves when the process is gone. Idempotent. */
  kill(): Promise<void>;
}

export type SpawnWorker = (profile: WorkerProfile) => Worker;

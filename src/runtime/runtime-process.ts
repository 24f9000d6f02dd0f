import type { Channel, ChannelListener } from './channel/channel.ts';
import type { LoadCommand } from './channel/worker-message.ts';
import type { FunctionSpec } from './invocation.ts';
import type { Failure } from './outcome.ts';
import type { ExitStatus, LoadedCode } from './worker.ts';

/** What is to be loaded, and all that its process is given. */
export type LoadRequest = {
  readonly spec: FunctionSpec;
  readonly code: LoadedCode;
  readonly command: LoadCommand;
};

/** A child process with what joins it to its worker: how it is started and spoken to differs between languages. */
export interface RuntimeProcess extends Omit<Channel, 'load'> {
  /** 0 while there is none, or when it could not be started. */
  readonly pid: number;
  /** Resolves once, also for a process that was never started. */
  readonly exited: Promise<ExitStatus>;
  load(request: LoadRequest): void;
  /** SIGKILL for it and for what it started. Idempotent. */
  kill(): void;
}

export type RuntimeProcessListener = ChannelListener & {
  /** What the process writes to its own descriptors. */
  readonly onOutput: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  /** There is nothing that could be started. */
  readonly onNotStarted: (failure: Failure) => void;
};

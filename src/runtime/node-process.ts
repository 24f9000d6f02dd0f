import type { Channel } from './channel/channel.ts';
import type { CreateChannel } from './channel/create-channel.ts';
import type { PipeEnds } from './channel/pipe-channel.ts';
import { PIPE_FD } from './channel/pipe-fd.ts';
import type { InvokeCommand } from './channel/worker-message.ts';
import type { LoadRequest, RuntimeProcess, RuntimeProcessListener } from './runtime-process.ts';
import type { ExitStatus, WorkerProfile } from './worker.ts';
import type { Environment } from './worker-environment.ts';
import { readOutputs, spawnWorkerProcess, type WorkerProcess } from './worker-process.ts';

export type NodeProcessOptions = {
  readonly nodeExecutable: string;
  /** Absolute. */
  readonly bootstrapFile: string;
  readonly environment: Environment;
  readonly createChannel: CreateChannel;
};

/** Pipes of a Node process: one to it, one from it. */
export const NODE_PIPES = 2;

/** Node with llx's bootstrap. It boots before it is known for which function. */
export class NodeProcess implements RuntimeProcess {
  readonly exited: Promise<ExitStatus>;
  readonly #process: WorkerProcess;
  readonly #channel: Channel;

  constructor(profile: WorkerProfile, options: NodeProcessOptions, listener: RuntimeProcessListener) {
    const { nodeExecutable, bootstrapFile, environment, createChannel } = options;
    this.#process = spawnWorkerProcess({
      file: nodeExecutable,
      args: [...heapOptions(profile.memoryMb), bootstrapFile],
      environment: profile.nodeOptions ? { ...environment, NODE_OPTIONS: profile.nodeOptions } : environment,
      pipes: NODE_PIPES,
    });
    this.exited = this.#process.exited;
    this.#channel = createChannel(nodePipes(this.#process), listener);
    readOutputs(this.#process, listener.onOutput);
    // Without its channel nothing can be heard of a child, even if it lives on.
    void this.#channel.closed.then(() => this.#process.kill());
  }

  get pid(): number {
    return this.#process.pid;
  }

  get closed(): Promise<void> {
    return this.#channel.closed;
  }

  load({ command }: LoadRequest): void {
    this.#channel.load(command);
  }

  invoke(invocation: number, command: InvokeCommand, event: Uint8Array): void {
    this.#channel.invoke(invocation, command, event);
  }

  credit(invocation: number, bytes: number): void {
    this.#channel.credit(invocation, bytes);
  }

  close(): void {
    this.#channel.close();
  }

  kill(): void {
    this.#process.kill();
  }
}

/** The share of the function's memory that Lambda's own Node bootstrap gives to the heap and to its young part. */
export function heapOptions(memoryMb: number): readonly string[] {
  const oldSpace = Math.floor(memoryMb * 0.9);
  const semiSpace = Math.floor(memoryMb * 0.05);
  return [`--max-semi-space-size=${semiSpace}`, `--max-old-space-size=${oldSpace}`];
}

export function nodePipes(child: WorkerProcess): PipeEnds {
  return { input: child.writable(PIPE_FD.input), output: child.readable(PIPE_FD.output) };
}

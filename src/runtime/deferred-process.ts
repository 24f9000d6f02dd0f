import { ApiMessages } from './channel/api-messages.ts';
import type { Channel } from './channel/channel.ts';
import type { CreateChannel } from './channel/create-channel.ts';
import { readOutput } from './channel/read-output.ts';
import { TelemetryParser } from './channel/telemetry-log.ts';
import type { InvokeCommand } from './channel/worker-message.ts';
import type { GroupGuard } from './group-guard.ts';
import { type Launch, NotStarted, type PlanLaunch } from './launch.ts';
import { NODE_PIPES, nodePipes } from './node-process.ts';
import { entrypointFailure } from './outcome.ts';
import { peakResidentKb } from './process-memory.ts';
import type { LoadRequest, RuntimeProcess, RuntimeProcessListener } from './runtime-process.ts';
import type { ExitStatus } from './worker.ts';
import { readOutputs, spawnWorkerProcess, type WorkerCommand, type WorkerProcess } from './worker-process.ts';

export type DeferredProcessOptions = {
  readonly plan: PlanLaunch;
  /** For Node.js. */
  readonly createChannel: CreateChannel;
  /** Ends the process and its group when llx is killed. Node.js with llx's bootstrap ends with its pipe. */
  readonly guard: Pick<GroupGuard, 'watch'>;
};

/** Log records of a runtime that speaks the Runtime API come on this descriptor. */
const TELEMETRY_FD = 3;

/** A process that is started when its function is known: of any language, or by a wrapper. */
export class DeferredProcess implements RuntimeProcess {
  readonly exited: Promise<ExitStatus>;
  readonly closed: Promise<void>;
  readonly #options: DeferredProcessOptions;
  readonly #listener: RuntimeProcessListener;
  readonly #settleExited: (status: ExitStatus) => void;
  readonly #settleClosed: (closed?: Promise<void>) => void;
  #process: WorkerProcess | undefined;
  #channel: Pick<Channel, 'invoke' | 'credit' | 'close'> | undefined;
  #killed = false;

  constructor(options: DeferredProcessOptions, listener: RuntimeProcessListener) {
    const exited = Promise.withResolvers<ExitStatus>();
    const closed = Promise.withResolvers<void>();
    this.#options = options;
    this.#listener = listener;
    this.exited = exited.promise;
    this.closed = closed.promise;
    this.#settleExited = exited.resolve;
    this.#settleClosed = closed.resolve;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  load(request: LoadRequest): void {
    this.#start(request).catch((error: unknown) => {
      if (error instanceof NotStarted) {
        if (error.output !== undefined) this.#listener.onOutput('stdout', Buffer.from(error.output));
        this.#listener.onNotStarted(error.failure);
      } else this.#listener.onBroken(error instanceof Error ? error : new Error(String(error)));
      this.kill();
    });
  }

  invoke(invocation: number, command: InvokeCommand, event: Uint8Array): void {
    this.#channel?.invoke(invocation, command, event);
  }

  credit(invocation: number, bytes: number): void {
    this.#channel?.credit(invocation, bytes);
  }

  close(): void {
    this.#channel?.close();
  }

  kill(): void {
    this.#killed = true;
    if (this.#process) {
      this.#process.kill();
      return;
    }
    this.#channel?.close();
    this.#settleExited({ code: null, signal: 'SIGKILL' });
    this.#settleClosed();
  }

  async #start(request: LoadRequest): Promise<void> {
    const launch = await this.#options.plan(request);
    if (this.#killed) return;
    if (launch.speaks === 'pipe') this.#startWithPipe(launch, request);
    else await this.#startWithApi(launch);
  }

  #startWithPipe({ speaks: _, ...program }: Launch, { command }: LoadRequest): void {
    const child = this.#spawn({ ...program, pipes: NODE_PIPES });
    const channel = this.#options.createChannel(nodePipes(child), this.#listener);
    this.#channel = channel;
    void channel.closed.then(() => child.kill());
    this.#settleClosed(channel.closed);
    channel.load({ ...command, environment: {}, inherits: true });
  }

  async #startWithApi({ speaks, environment, ...program }: Launch): Promise<void> {
    const { onMessage } = this.#listener;
    const api = new ApiMessages({
      onMessage,
      endsAfterOversize: true,
      factsOf: () => {
        const maxRssKb = peakResidentKb(this.pid);
        return maxRssKb === undefined ? {} : { maxRssKb };
      },
    });
    this.#channel = api;
    const address = await api.listen();
    if (address === undefined) return;
    const hasLog = speaks === 'api-with-log';
    const child = this.#spawn({
      ...program,
      environment: {
        ...environment,
        AWS_LAMBDA_RUNTIME_API: address,
        ...(hasLog ? { _LAMBDA_TELEMETRY_LOG_FD: String(TELEMETRY_FD) } : {}),
      },
      pipes: hasLog ? 1 : 0,
    });
    const closed = child.exited.then(async () => {
      // An answer that was sent before the process ended may still be in its socket.
      await new Promise((resolve) => setImmediate(resolve));
      api.close();
    });
    this.#settleClosed(closed);
    if (hasLog) this.#readLog(child, api);
  }

  #readLog(child: WorkerProcess, api: ApiMessages): void {
    const { onMessage } = this.#listener;
    const output = child.readable(TELEMETRY_FD);
    const parser = new TelemetryParser((record) =>
      onMessage({ type: 'log', invocation: api.invocation, whole: true, ...record }),
    );
    // Its end is told by the exit of the child.
    output.on('error', () => {});
    readOutput({ output }, parser, this.#listener);
  }

  #spawn(command: WorkerCommand): WorkerProcess {
    let child: WorkerProcess;
    try {
      child = spawnWorkerProcess(command);
    } catch (error) {
      throw new NotStarted(entrypointFailure(command.file, error));
    }
    this.#process = child;
    readOutputs(child, this.#listener.onOutput);
    const release = this.#options.guard.watch(child.pid);
    void child.exited.then((status) => {
      release();
      if (status.error) this.#listener.onNotStarted(entrypointFailure(command.file, status.error));
      this.#settleExited(status);
    });
    return child;
  }
}

import { dirname } from 'node:path';
import { DropCounter } from '../protocol/drops.ts';
import type { Channel, ChannelListener } from './channel/channel.ts';
import { type CreateChannel, channelFor } from './channel/create-channel.ts';
import type { WorkerMessage } from './channel/worker-message.ts';
import type { FunctionSpec, InvocationRequest, InvocationResult } from './invocation.ts';
import { decodeText, LogCollector } from './log-collector.ts';
import {
  abortedFailure,
  environmentFailure,
  exitFailure,
  type Failure,
  heapFailure,
  streamingFailure,
  timeoutFailure,
} from './outcome.ts';
import { Run } from './run.ts';
import { type Clock, SYSTEM_CLOCK } from './run-watch.ts';
import type {
  ExitStatus,
  LoadedCode,
  LoadOptions,
  LoadOutcome,
  SpawnWorker,
  Worker,
  WorkerProfile,
} from './worker.ts';
import {
  createLogStreamName,
  type Environment,
  type EnvironmentOf,
  handlerEnvironment,
  keptEnvironment,
} from './worker-environment.ts';
import { spawnWorkerProcess, type WorkerProcess } from './worker-process.ts';

export type SpawnWorkerOptions = {
  /** Absolute: `dist/bootstrap.mjs`, or its source. */
  readonly bootstrapFile: string;
  /** @default the running one */
  readonly nodeExecutable?: string;
  /** @default `process.env`; only a few names of it reach a handler */
  readonly developerEnvironment?: NodeJS.ProcessEnv;
  /** @default what LLX_CHANNEL says in the developer's environment, else frames over pipes */
  readonly createChannel?: CreateChannel;
  readonly drops?: DropCounter;
  readonly clock?: Clock;
  /** Lambda's limit for the init phase. @default 10 s */
  readonly initTimeoutMs?: number;
};

/** V8's last words. */
const HEAP_EXHAUSTED = /FATAL ERROR: .*(heap out of memory|invalid table size|Allocation failed)/;

/** How long the end of a process may take before its invocation is answered without it. */
const KILL_GRACE_MS = 2_000;

/** Worker processes for Node.js handlers. The function that is returned starts one, and returns at once. */
export function createSpawnWorker(options: SpawnWorkerOptions): SpawnWorker {
  const developer = options.developerEnvironment ?? process.env;
  const kept = keptEnvironment(developer);
  const createChannel = options.createChannel ?? channelFor(developer);
  return (profile) => new NodeWorker(profile, kept, { ...options, createChannel });
}

class NodeWorker implements Worker {
  readonly profile: WorkerProfile;
  readonly exited: Promise<ExitStatus>;
  readonly #options: SpawnWorkerOptions;
  readonly #clock: Clock;
  readonly #drops: DropCounter;
  readonly #kept: Environment;
  readonly #process: WorkerProcess;
  readonly #channel: Channel;
  readonly #logs: LogCollector;
  #alive = true;
  #heapExhausted = false;
  #spec: FunctionSpec | undefined;
  #initMs: number | undefined;
  #streaming = false;
  #invocation = 0;
  #maxRssKb = 0;
  #run: Run | undefined;
  #loading: ((outcome: LoadOutcome) => void) | undefined;

  constructor(
    profile: WorkerProfile,
    kept: Environment,
    options: SpawnWorkerOptions & { readonly createChannel: CreateChannel },
  ) {
    this.profile = profile;
    this.#options = options;
    this.#kept = kept;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#drops = options.drops ?? new DropCounter();
    this.#logs = new LogCollector(this.#drops);
    const { bootstrapFile, nodeExecutable = process.execPath } = options;
    this.#process = spawnWorkerProcess(profile, { bootstrapFile, nodeExecutable, environment: kept });
    const listener: ChannelListener = {
      onMessage: (message) => this.#receive(message),
      onBroken: (problem) => this.#break(problem),
    };
    this.#channel = options.createChannel(this.#process.pipes, listener);
    this.#capture('stdout');
    this.#capture('stderr');
    // Without its channel nothing can be heard of a child, even if it lives on.
    void this.#channel.closed.then(() => this.#process.kill());
    this.exited = this.#process.exited.then(async (status) => {
      // Its last lines and answer may still be in the pipe. Something it started may hold that open for ever.
      await this.#within(KILL_GRACE_MS, this.#channel.closed);
      // What the pipes of stdout and stderr still hold arrives in this turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      return this.#end(status);
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  get alive(): boolean {
    return this.#alive;
  }

  load(spec: FunctionSpec, code: LoadedCode, options: LoadOptions = {}): Promise<LoadOutcome> {
    const { environmentOf, signal } = options;
    if (this.#spec) throw new Error('expected a worker that has loaded nothing yet');
    this.#spec = spec;
    if (!this.#alive || signal?.aborted) {
      this.#die();
      return Promise.resolve(abortedFailure());
    }
    const initTimeoutMs = this.#options.initTimeoutMs ?? 10_000;
    const { promise, resolve } = Promise.withResolvers<LoadOutcome>();
    const stop = (outcome: Failure): void => {
      this.#die();
      settle(outcome);
    };
    const onAbort = (): void => stop(abortedFailure());
    const cancel = this.#clock.after(initTimeoutMs, () => stop(timeoutFailure(initTimeoutMs)));
    const settle = (outcome: LoadOutcome): void => {
      cancel();
      signal?.removeEventListener('abort', onAbort);
      this.#loading = undefined;
      if (outcome.status === 'ready') resolve(outcome);
      else resolve({ ...outcome, logs: this.#logs.takeWaiting() });
    };
    this.#loading = settle;
    signal?.addEventListener('abort', onAbort, { once: true });
    if (!environmentOf) this.#sendLoad(spec, code);
    else {
      added(environmentOf, spec).then(
        (environment) => {
          if (this.#loading === settle) this.#sendLoad(spec, code, environment);
        },
        (error: unknown) => stop(environmentFailure(error)),
      );
    }
    return promise;
  }

  async invoke(request: InvocationRequest): Promise<InvocationResult> {
    const spec = this.#spec;
    if (!spec || this.#loading || this.#run) throw new Error('expected a loaded worker that runs nothing');
    this.#invocation += 1;
    const run = new Run(request, {
      invocation: this.#invocation,
      spec,
      pid: this.pid,
      channel: this.#channel,
      clock: this.#clock,
      initMs: this.#initMs,
      onKill: () => this.#die(),
    });
    this.#initMs = undefined;
    this.#run = run;
    this.#logs.direct((line) => run.log(line));
    if (!this.#alive) run.fail(abortedFailure(request.requestId));
    else if (request.streaming !== undefined && request.streaming !== this.#streaming) {
      run.fail(streamingFailure(this.#streaming, request.requestId));
    } else run.start();
    const decided = await run.decided;
    // What the handler wrote to its descriptors before the answer is in the same poll of the event loop.
    if (decided.killed) await this.#gone();
    else await new Promise((resolve) => setImmediate(resolve));
    this.#logs.flush();
    this.#logs.direct(undefined);
    this.#run = undefined;
    return run.finish(this.#maxRssKb);
  }

  async kill(): Promise<void> {
    this.#die();
    this.#run?.fail(abortedFailure(this.#run.requestId));
    this.#loading?.(abortedFailure());
    await this.#gone();
  }

  #sendLoad(spec: FunctionSpec, code: LoadedCode, environment: Environment = {}): void {
    const own = handlerEnvironment(spec, {
      kept: this.#kept,
      runtimeDirectory: dirname(this.#options.bootstrapFile),
      logStreamName: createLogStreamName(),
    });
    this.#channel.load({ environment: { ...own, ...environment }, workingDirectory: spec.root, ...code });
  }

  #receive(message: WorkerMessage): void {
    switch (message.type) {
      case 'ready':
        this.#initMs = message.facts.initMs;
        this.#streaming = message.facts.streaming;
        this.#loading?.({ status: 'ready', ...message.facts });
        return;
      case 'load-failed':
        this.#die();
        this.#loading?.({
          status: 'failed',
          failure: 'init',
          errorType: message.errorType,
          payload: message.payload,
        });
        return;
      case 'log':
        if (message.whole) this.#logs.record(message.stream, message.text);
        else this.#logs.text('channel', message.stream, message.text);
        return;
      default:
        this.#answer(message);
    }
  }

  #answer(message: Exclude<WorkerMessage, { type: 'ready' | 'load-failed' | 'log' }>): void {
    if ('facts' in message && 'maxRssKb' in message.facts) {
      this.#maxRssKb = message.facts.maxRssKb ?? this.#maxRssKb;
    }
    if (message.type === 'error' && message.facts.fatal) this.#alive = false;
    if (this.#run?.invocation === message.invocation && this.#run.receive(message)) return;
    this.#drops.drop('channel-stale', `${message.type} for invocation ${message.invocation}`);
  }

  #break(problem: Error): void {
    this.#logs.record('stderr', `llx: the worker's pipe carried something else: ${problem.message}`);
    this.#die();
  }

  #capture(stream: 'stdout' | 'stderr'): void {
    const source = this.#process[stream];
    source.on('error', () => {
      // The descriptor of a process that is gone; its exit is reported elsewhere.
    });
    source.on(
      'data',
      decodeText((text) => {
        if (stream === 'stderr' && HEAP_EXHAUSTED.test(text)) this.#heapExhausted = true;
        this.#logs.text('descriptor', stream, text);
      }),
    );
  }

  #die(): void {
    this.#alive = false;
    this.#process.kill();
  }

  #gone(): Promise<unknown> {
    return this.#within(2 * KILL_GRACE_MS, this.exited);
  }

  #within(ms: number, event: Promise<unknown>): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.after(ms, resolve);
    return Promise.race([event, promise]).finally(cancel);
  }

  #end(status: ExitStatus): ExitStatus {
    this.#alive = false;
    this.#channel.close();
    this.#logs.flush();
    const failure = this.#heapExhausted && status.signal === 'SIGABRT' ? heapFailure : exitFailure;
    this.#loading?.(failure(status));
    if (this.#run) this.#run.fail(failure(status, this.#run.requestId));
    return status;
  }
}

/** A rejection, also for what is thrown at once. */
async function added(environmentOf: EnvironmentOf, spec: FunctionSpec): Promise<Environment> {
  return await environmentOf(spec);
}

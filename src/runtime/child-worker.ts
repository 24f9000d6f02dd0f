import type { DropCounter } from '../protocol/drops.ts';
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
import { peakResidentKb } from './process-memory.ts';
import { Run } from './run.ts';
import type { Clock } from './run-watch.ts';
import type { RuntimeProcess, RuntimeProcessListener } from './runtime-process.ts';
import type { ExitStatus, LoadedCode, LoadOptions, LoadOutcome, Worker, WorkerProfile } from './worker.ts';
import {
  createLogStreamName,
  type Environment,
  type EnvironmentOf,
  handlerEnvironment,
} from './worker-environment.ts';

export type ChildWorkerOptions = {
  /** Starts the process, or makes one ready to be started. */
  readonly startProcess: (profile: WorkerProfile, listener: RuntimeProcessListener) => RuntimeProcess;
  /** What of the developer's own environment a handler gets. */
  readonly kept: Environment;
  /** LAMBDA_RUNTIME_DIR. */
  readonly runtimeDirectory: string;
  readonly drops: DropCounter;
  readonly clock: Clock;
  /** Lambda's limit for the init phase. */
  readonly initTimeoutMs: number;
};

/** V8's last words. */
const HEAP_EXHAUSTED = /FATAL ERROR: .*(heap out of memory|invalid table size|Allocation failed)/;

/** How long the end of a process may take before its invocation is answered without it. */
const KILL_GRACE_MS = 2_000;

/** One process of a function, in any language. */
export class ChildWorker implements Worker {
  readonly profile: WorkerProfile;
  readonly exited: Promise<ExitStatus>;
  readonly #options: ChildWorkerOptions;
  readonly #clock: Clock;
  readonly #drops: DropCounter;
  readonly #process: RuntimeProcess;
  readonly #logs: LogCollector;
  #alive = true;
  #heapExhausted = false;
  #spec: FunctionSpec | undefined;
  #initMs: number | undefined;
  #streaming: boolean | undefined;
  #invocation = 0;
  #maxRssKb = 0;
  #run: Run | undefined;
  #loading: ((outcome: LoadOutcome) => void) | undefined;

  constructor(profile: WorkerProfile, options: ChildWorkerOptions) {
    this.profile = profile;
    this.#options = options;
    this.#clock = options.clock;
    this.#drops = options.drops;
    this.#logs = new LogCollector(this.#drops);
    const decode = { stdout: this.#decoder('stdout'), stderr: this.#decoder('stderr') };
    this.#process = options.startProcess(profile, {
      onMessage: (message) => this.#receive(message),
      onBroken: (problem) => this.#break(problem),
      onOutput: (stream, chunk) => decode[stream](chunk),
      onNotStarted: (failure) => {
        this.#die();
        this.#loading?.(failure);
      },
    });
    this.exited = this.#process.exited.then(async (status) => {
      // Its last lines and answer may still be in the pipe. Something it started may hold that open for ever.
      await this.#within(KILL_GRACE_MS, this.#process.closed);
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
    const { initTimeoutMs } = this.#options;
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
      channel: this.#process,
      clock: this.#clock,
      initMs: this.#initMs,
      onKill: () => this.#die(),
    });
    this.#initMs = undefined;
    this.#run = run;
    this.#logs.direct((line) => run.log(line));
    if (!this.#alive) run.fail(abortedFailure(request.requestId));
    else if (streamsOtherwise(request.streaming, this.#streaming)) {
      run.fail(streamingFailure(this.#streaming === true, request.requestId));
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
    const { kept, runtimeDirectory } = this.#options;
    const own = handlerEnvironment(spec, {
      kept,
      runtimeDirectory,
      logStreamName: createLogStreamName(spec.version),
      opt: code.opt,
    });
    const { file, exportPath } = code;
    this.#process.load({
      spec,
      code,
      command: {
        environment: { ...own, ...environment },
        workingDirectory: spec.root,
        file,
        exportPath,
        ...(spec.fixable === true ? { fixable: true } : {}),
      },
    });
  }

  #receive(message: WorkerMessage): void {
    switch (message.type) {
      case 'ready':
        this.#initMs = message.facts.initMs;
        // A run that ends its process tells nothing of it, and by then nobody else can.
        this.#maxRssKb = peakResidentKb(this.pid) ?? 0;
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
    if (message.type === 'oversize' && message.fatal) this.#alive = false;
    if (this.#run?.invocation === message.invocation && this.#run.receive(message)) return;
    this.#drops.drop('channel-stale', `${message.type} for invocation ${message.invocation}`);
  }

  #break(problem: Error): void {
    this.#logs.record('stderr', `llx: the worker's pipe carried something else: ${problem.message}`);
    this.#die();
  }

  #decoder(stream: 'stdout' | 'stderr'): (chunk: Buffer) => void {
    return decodeText((text) => {
      if (stream === 'stderr' && HEAP_EXHAUSTED.test(text)) this.#heapExhausted = true;
      this.#logs.text('descriptor', stream, text);
    });
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
    this.#process.close();
    this.#logs.flush();
    const failure = this.#heapExhausted && status.signal === 'SIGABRT' ? heapFailure : exitFailure;
    this.#loading?.(failure(status));
    if (this.#run) this.#run.fail(failure(status, this.#run.requestId));
    return status;
  }
}

/** Whether the handler is known to answer in another way than its caller can take. */
function streamsOtherwise(wanted: boolean | undefined, streaming: boolean | undefined): boolean {
  return wanted !== undefined && streaming !== undefined && wanted !== streaming;
}

/** A rejection, also for what is thrown at once. */
async function added(environmentOf: EnvironmentOf, spec: FunctionSpec): Promise<Environment> {
  return await environmentOf(spec);
}

import type { CodeState, Generation } from './code-source.ts';
import { type FailedLoad, GenerationWorkers, workerProfile } from './generation-workers.ts';
import type { FunctionSpec, InvocationRequest, InvocationResult } from './invocation.ts';
import { abortedFailure, type Failure, forRequest, timeoutFailure, timeoutLogLine } from './outcome.ts';
import { type Clock, SYSTEM_CLOCK } from './run-watch.ts';
import type { SpareWorkers } from './spare-workers.ts';
import { WaitingInvocation } from './waiting-invocation.ts';
import type { EnvironmentOf } from './worker-environment.ts';

export type PoolOptions = {
  readonly spares: SpareWorkers;
  /** Workers of the newest code at once; what is beyond waits, in order. */
  readonly maxWorkers: number;
  readonly idleMs: number;
  readonly environmentOf?: EnvironmentOf | undefined;
  /** An invocation came while there is no code: the owner may report some, at once or later. */
  readonly onWanted: () => void;
  readonly clock?: Clock;
};

/** What a pool runs: settings, and the export in the file of whatever generation is the newest. */
export type PoolTarget = {
  readonly spec: FunctionSpec;
  readonly exportPath: string;
  /** What the function sees as /opt. */
  readonly opt?: string | undefined;
};

/**
 * The workers of one function. An invocation takes the idle worker that was used last; where there is none it waits
 * for the first that is idle, in order, while one more process is started for it. The bound is per function, as
 * concurrency in Lambda is: functions that invoke each other cannot starve each other.
 */
export class FunctionPool {
  readonly #options: PoolOptions;
  readonly #clock: Clock;
  #target: PoolTarget;
  #code: CodeState = { status: 'pending' };
  /** Of the newest code that was ever ready. */
  #workers: GenerationWorkers | undefined;
  /** The same, while that code is the newest: what an invocation may use at once. */
  #ready: GenerationWorkers | undefined;
  /** Generations that still run something. */
  readonly #retired = new Set<GenerationWorkers>();
  readonly #waiting = new Set<WaitingInvocation>();
  #used = false;
  #closing: Promise<void> | undefined;

  constructor(target: PoolTarget, options: PoolOptions) {
    this.#target = target;
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
  }

  /** Never rejects for what user code does. */
  invoke(request: InvocationRequest): Promise<InvocationResult> {
    const workers = this.#ready;
    const idle = workers?.take();
    return workers && idle ? workers.run(idle, request) : this.#wait(request);
  }

  /** Other settings or another export: as new code. */
  retarget(target: PoolTarget): void {
    this.#target = target;
    this.#retire();
    if (this.#code.status === 'ready') this.#adopt(this.#code.generation);
  }

  setCode(code: CodeState): void {
    if (this.#closing) return;
    this.#code = code;
    switch (code.status) {
      case 'pending':
        this.#ready = undefined;
        return;
      case 'failed':
        this.#ready = undefined;
        for (const waiting of [...this.#waiting]) this.#answer(waiting, code.failure);
        return;
      case 'ready':
        this.#adopt(code.generation);
    }
  }

  /** Lets what runs and what waits end; resolves when every process is gone. No invocation comes after this. */
  async drain(): Promise<void> {
    await Promise.allSettled([...this.#waiting].map(({ result }) => result));
    this.#retire();
    await Promise.all([...this.#retired].map((workers) => workers.retire()));
  }

  /** Answers what runs and what waits with `aborted`; resolves when every process is gone. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#ready = undefined;
    for (const waiting of [...this.#waiting]) this.#abort(waiting);
    this.#retire();
    await Promise.all([...this.#retired].map((workers) => workers.close()));
  }

  #wait(request: InvocationRequest): Promise<InvocationResult> {
    this.#used = true;
    const waiting = new WaitingInvocation(request, this.#clock, {
      onAborted: () => this.#abort(waiting),
      onTimeout: () => this.#timeOut(waiting),
    });
    this.#waiting.add(waiting);
    if (this.#closing || request.signal?.aborted) {
      this.#abort(waiting);
      return waiting.result;
    }
    if (!this.#ready) this.#options.onWanted();
    switch (this.#code.status) {
      case 'failed':
        this.#answer(waiting, this.#code.failure);
        break;
      case 'pending':
        waiting.progress('building');
        // Its process boots meanwhile.
        this.#options.spares.prepare(workerProfile(this.#target.spec));
        break;
      case 'ready':
        this.#serve();
    }
    return waiting.result;
  }

  /** Gives idle workers to those who wait, and starts more for the rest. */
  #serve(): void {
    const workers = this.#ready;
    if (!workers) return;
    for (const waiting of this.#waiting) {
      const idle = workers.take();
      if (!idle) break;
      this.#waiting.delete(waiting);
      waiting.settle(workers.run(idle, waiting.take()));
    }
    let covered = workers.starting;
    for (const waiting of this.#waiting) {
      if (covered === 0) {
        if (workers.size >= this.#options.maxWorkers) return;
        workers.start();
      } else {
        covered -= 1;
      }
      waiting.progress('starting');
    }
  }

  #adopt(generation: Generation): void {
    if (this.#workers?.generation !== generation) {
      this.#retire();
      const workers = this.#createWorkers(generation);
      this.#workers = workers;
      // The next invocation is likely to be of this function: it should find its new code loaded. But one start is
      // enough when a file is saved that many functions share.
      if (this.#used && this.#options.spares.isQuiet) workers.start();
    }
    this.#ready = this.#workers;
    this.#serve();
  }

  #createWorkers(generation: Generation): GenerationWorkers {
    const { spares, idleMs, environmentOf } = this.#options;
    const workers: GenerationWorkers = new GenerationWorkers({
      ...this.#target,
      generation,
      spares,
      idleMs,
      environmentOf,
      onCapacity: () => this.#serve(),
      onLoadFailed: (outcome) => this.#loadFailed(workers, outcome),
    });
    return workers;
  }

  #retire(): void {
    const workers = this.#workers;
    this.#workers = undefined;
    this.#ready = undefined;
    if (!workers) return;
    this.#retired.add(workers);
    void workers.retire().then(() => this.#retired.delete(workers));
  }

  /** One start fails one invocation, as in Lambda; where none waits the next one will start a worker again. */
  #loadFailed(workers: GenerationWorkers, { logs = [], ...failure }: FailedLoad): void {
    const [waiting] = this.#waiting;
    if (workers === this.#ready && waiting) {
      for (const line of logs) waiting.request.onLog?.(line);
      // Where the init phase is not of the function's timeout, callers are told of the latter all the same.
      if (failure.failure === 'timeout' && waiting.request.initMs !== undefined) this.#timeOut(waiting);
      else this.#answer(waiting, forRequest(failure, waiting.request.requestId));
    }
    this.#serve();
  }

  #timeOut(waiting: WaitingInvocation): void {
    const { timeoutMs } = this.#target.spec;
    const { requestId, onLog } = waiting.request;
    onLog?.({ stream: 'stdout', text: timeoutLogLine(new Date(), timeoutMs, requestId) });
    this.#answer(waiting, timeoutFailure(timeoutMs, requestId));
  }

  #abort(waiting: WaitingInvocation): void {
    this.#answer(waiting, abortedFailure(waiting.request.requestId));
  }

  #answer(waiting: WaitingInvocation, failure: Failure): void {
    this.#waiting.delete(waiting);
    waiting.fail(failure);
  }
}

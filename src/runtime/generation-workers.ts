import type { Generation } from './code-source.ts';
import { execWrapper } from './exec-wrapper.ts';
import type { FunctionSpec, InvocationRequest, InvocationResult } from './invocation.ts';
import type { Failure } from './outcome.ts';
import { runtimeFamily } from './runtime-family.ts';
import type { SpareWorkers } from './spare-workers.ts';
import type { LoadOutcome, Worker, WorkerProfile } from './worker.ts';
import type { EnvironmentOf } from './worker-environment.ts';

export type GenerationWorkersOptions = {
  readonly spec: FunctionSpec;
  readonly generation: Generation;
  readonly exportPath: string;
  /** What the function sees as /opt. */
  readonly opt?: string | undefined;
  readonly spares: SpareWorkers;
  /** A worker that has been idle for so long is killed. */
  readonly idleMs: number;
  readonly environmentOf?: EnvironmentOf | undefined;
  /** A worker became idle, or one is gone. */
  readonly onCapacity: () => void;
  readonly onLoadFailed: (outcome: FailedLoad) => void;
};

export type FailedLoad = Extract<LoadOutcome, { status: 'failed' }>;

/** A worker that is loaded and idle. */
type IdleWorker = { readonly worker: Worker; idleSince: number };

/** The worker processes of one function with one state of its code and settings. */
export class GenerationWorkers {
  readonly generation: Generation;
  readonly #options: GenerationWorkersOptions;
  readonly #starting = new Set<Worker>();
  /** The one used last is at the end, and is used next: its caches are warm, and the others can be reaped. */
  readonly #idle: IdleWorker[] = [];
  readonly #busy = new Set<Worker>();
  readonly #processes = new Set<Worker>();
  #reaper: NodeJS.Timeout | undefined;
  #retired = false;

  constructor(options: GenerationWorkersOptions) {
    this.generation = options.generation;
    this.#options = options;
  }

  get starting(): number {
    return this.#starting.size;
  }

  /** Without those that are dead or dying. */
  get size(): number {
    return this.#starting.size + this.#idle.length + this.#busy.size;
  }

  /** The idle worker that was used last; the caller runs it. */
  take(): IdleWorker | undefined {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (idle.worker.alive) return idle;
    }
    return undefined;
  }

  run(idle: IdleWorker, request: InvocationRequest): Promise<InvocationResult> {
    const { worker } = idle;
    this.#busy.add(worker);
    return worker.invoke(request).then(
      (result) => {
        this.#finished(idle);
        return result;
      },
      (error: unknown) => {
        void worker.kill();
        this.#finished(idle);
        throw error;
      },
    );
  }

  /** Starts one more worker, which becomes idle when it has loaded the handler. */
  start(): void {
    const { spec, spares, generation } = this.#options;
    let worker: Worker;
    try {
      worker = spares.take(workerProfile(spec));
    } catch (error) {
      // After the caller's loop over this set of workers.
      queueMicrotask(() => this.#options.onLoadFailed(notStarted(error)));
      return;
    }
    generation.retain();
    this.#processes.add(worker);
    this.#starting.add(worker);
    void worker.exited.then(() => this.#gone(worker));
    void this.#load(worker);
  }

  /**
   * The code or the settings are old: idle and starting workers die now, busy ones after their invocation.
   * Resolves when all are gone.
   */
  async retire(): Promise<void> {
    this.#retired = true;
    clearTimeout(this.#reaper);
    for (const worker of this.#starting) void worker.kill();
    for (const { worker } of this.#idle.splice(0)) void worker.kill();
    await Promise.all([...this.#processes].map((worker) => worker.exited));
  }

  /** Kills all; what runs is answered as `aborted`. Resolves when no process is left. */
  async close(): Promise<void> {
    const gone = this.retire();
    await Promise.all([...this.#processes].map((worker) => worker.kill()));
    await gone;
  }

  async #load(worker: Worker): Promise<void> {
    const { spec, generation, exportPath, opt, spares, environmentOf } = this.#options;
    let outcome: LoadOutcome;
    try {
      outcome = await worker.load(spec, { file: generation.file, exportPath, opt }, { environmentOf });
    } catch (error) {
      outcome = notStarted(error);
    }
    spares.started();
    this.#starting.delete(worker);
    if (outcome.status === 'ready' && worker.alive && !this.#retired) {
      this.#rest({ worker, idleSince: performance.now() });
      return;
    }
    void worker.kill();
    if (this.#retired) return;
    if (outcome.status === 'failed') this.#options.onLoadFailed(outcome);
    else this.#options.onCapacity();
  }

  #finished(idle: IdleWorker): void {
    this.#busy.delete(idle.worker);
    if (idle.worker.alive && !this.#retired) {
      idle.idleSince = performance.now();
      this.#rest(idle);
      return;
    }
    void idle.worker.kill();
    if (!this.#retired) this.#options.onCapacity();
  }

  #rest(idle: IdleWorker): void {
    this.#idle.push(idle);
    this.#reaper ??= this.#reapIn(this.#options.idleMs);
    this.#options.onCapacity();
  }

  #gone(worker: Worker): void {
    this.#processes.delete(worker);
    const index = this.#idle.findIndex((idle) => idle.worker === worker);
    if (index !== -1) this.#idle.splice(index, 1);
    this.#options.generation.release();
  }

  #reapIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#reap(), ms).unref();
  }

  #reap(): void {
    const oldest = performance.now() - this.#options.idleMs;
    const fresh = this.#idle.findIndex(({ idleSince }) => idleSince > oldest);
    const old = this.#idle.splice(0, fresh === -1 ? this.#idle.length : fresh);
    for (const { worker } of old) void worker.kill();
    const next = this.#idle[0];
    this.#reaper = next && this.#reapIn(Math.ceil(next.idleSince - oldest));
  }
}

/** What Node.js, the C library and the linker read when a process begins, and never again. */
const READ_AT_BOOT = [
  'LD_LIBRARY_PATH',
  'LD_PRELOAD',
  'MALLOC_ARENA_MAX',
  'NODE_EXTRA_CA_CERTS',
  'NODE_ICU_DATA',
  'UV_THREADPOOL_SIZE',
];

export function workerProfile(spec: FunctionSpec): WorkerProfile {
  const { runtime, memoryMb, environment, layers } = spec;
  const nodeOptions = environment.NODE_OPTIONS;
  const deferred =
    runtimeFamily(runtime) !== 'nodejs' ||
    execWrapper(spec) !== undefined ||
    READ_AT_BOOT.some((name) => environment[name] !== undefined) ||
    (layers !== undefined && nodeOptions?.includes('/opt/') === true);
  return deferred ? { memoryMb, nodeOptions, deferred } : { memoryMb, nodeOptions };
}

/** The process could not be started at all, as when the system has no more of them. */
function notStarted(error: unknown): FailedLoad & Failure {
  const errorType = 'Runtime.ExitError';
  const errorMessage = `Error: the worker could not be started: ${error instanceof Error ? error.message : String(error)}`;
  const payload = Buffer.from(JSON.stringify({ errorType, errorMessage }));
  return { status: 'failed', failure: 'exit', errorType, payload };
}

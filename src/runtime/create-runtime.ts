import { availableParallelism } from 'node:os';
import { Builder } from './builder/builder.ts';
import { workerProfile } from './generation-workers.ts';
import type { BuildEvent, FunctionSpec, InvocationRequest, InvocationResult, Runtime } from './invocation.ts';
import { LocalFunction } from './local-function.ts';
import { SpareWorkers } from './spare-workers.ts';
import type { SpawnWorker } from './worker.ts';
import type { EnvironmentOf } from './worker-environment.ts';

export type RuntimeOptions = {
  readonly spawnWorker: SpawnWorker;
  /** Absolute; where bundles are written, kept out of git: `<root>/.llx/build`. */
  readonly buildDirectory: string;
  /** Whether source code is watched and reloaded. @default true */
  readonly reload?: boolean;
  /** Worker processes of one function at once. @default two for each processor, at least 4 */
  readonly maxWorkers?: number;
  /** A worker that was idle for so long is ended. @default 5 minutes */
  readonly idleMs?: number;
  /**
   * What a worker's environment gets last, asked when it loads: never on the path of a warm invocation. A rejection
   * fails the load, and so the invocation that waits for it, with `Llx.EnvironmentError`.
   */
  readonly environmentOf?: EnvironmentOf;
  /** What a developer should know and no invocation shows, in a sentence. @default ignored */
  readonly onNotice?: (text: string) => void;
};

/** A runtime that builds functions from source, or takes them as packages, and runs them in worker processes. */
export function createRuntime(options: RuntimeOptions): Runtime {
  return new LocalRuntime(options);
}

class LocalRuntime implements Runtime {
  readonly #options: RuntimeOptions;
  readonly #builder: Builder;
  readonly #spares: SpareWorkers;
  readonly #sources = new Map<string, LocalFunction>();
  /** By version, too: each has a folder of its own, and they may run side by side. */
  readonly #packages = new Map<string, LocalFunction>();
  readonly #listeners = new Set<(event: BuildEvent) => void>();
  #closing: Promise<void> | undefined;

  constructor(options: RuntimeOptions) {
    const { buildDirectory, reload = true, onNotice = () => {}, spawnWorker } = options;
    this.#options = options;
    this.#builder = new Builder({ buildDirectory, reload, onNotice });
    this.#spares = new SpareWorkers({ spawnWorker });
  }

  invoke(spec: FunctionSpec, request: InvocationRequest): Promise<InvocationResult> {
    return this.#function(spec).invoke(spec, request);
  }

  boot(specs: readonly FunctionSpec[]): void {
    if (this.#closing) return;
    for (const spec of specs) this.#spares.prepare(workerProfile(spec));
  }

  async prepare(specs: readonly FunctionSpec[]): Promise<void> {
    if (this.#closing) return;
    this.boot(specs);
    const functions = specs.map((spec) => {
      const prepared = this.#function(spec);
      prepared.configure(spec);
      return prepared;
    });
    // An invocation that comes meanwhile builds its own function at once: this is only work ahead.
    const next = functions.values();
    const lane = async (): Promise<void> => {
      for (const each of next) if (!this.#closing) await each.prepare();
    };
    await Promise.all(Array.from({ length: availableParallelism() }, lane));
  }

  onBuild(listener: (event: BuildEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const functions = [...this.#sources.values(), ...this.#packages.values()];
    await Promise.all([
      ...functions.map((each) => each.close()),
      this.#builder.close(),
      this.#spares.close(),
    ]);
    this.#listeners.clear();
  }

  #function(spec: FunctionSpec): LocalFunction {
    const isSource = spec.code === 'source';
    const functions = isSource ? this.#sources : this.#packages;
    const key = isSource ? spec.arn : `${spec.arn} ${spec.version ?? '$LATEST'} ${spec.root}`;
    const known = functions.get(key);
    if (known) return known;
    const created = this.#create(spec);
    functions.set(key, created);
    return created;
  }

  #create(spec: FunctionSpec): LocalFunction {
    const {
      maxWorkers = Math.max(4, 2 * availableParallelism()),
      idleMs = 5 * 60_000,
      environmentOf,
    } = this.#options;
    const created = new LocalFunction(spec, {
      builder: this.#builder,
      spares: this.#spares,
      maxWorkers,
      idleMs,
      environmentOf,
      onBuild: (event) => {
        for (const listener of this.#listeners) listener(event);
      },
    });
    // A function that is met while everything ends answers `aborted`, too.
    if (this.#closing) void created.close();
    return created;
  }
}

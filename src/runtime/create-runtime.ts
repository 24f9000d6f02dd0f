import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { FixedInvocations, type FixedOf } from './fixed-invocations.ts';
import { workerProfile } from './generation-workers.ts';
import type {
  BuildEvent,
  DeployedRuntime,
  FunctionSpec,
  InvocationRequest,
  InvocationResult,
} from './invocation.ts';
import { LayerDirectories } from './layers/layer-directories.ts';
import { LocalFunction } from './local-function.ts';
import { Sources } from './sources.ts';
import { SpareWorkers } from './spare-workers.ts';
import type { SpawnWorker } from './worker.ts';
import type { EnvironmentOf } from './worker-environment.ts';

export type RuntimeOptions = {
  readonly spawnWorker: SpawnWorker;
  /** Absolute; where bundles are written, kept out of git: `<root>/.llx/build`. */
  readonly buildDirectory: string;
  /** Absolute; where layers of functions with several are joined. @default `layers` beside the build directory */
  readonly layerDirectory?: string;
  /** Whether source code is watched and reloaded. @default true */
  readonly reload?: boolean;
  /** Whether a process waits for the next start behind each one: not where there will be none. @default true */
  readonly refills?: boolean | undefined;
  /** Worker processes of one function at once. @default two for each processor, at least 4 */
  readonly maxWorkers?: number;
  /** A worker that was idle for so long is ended. @default 5 minutes */
  readonly idleMs?: number;
  /**
   * What a worker's environment gets last, asked when it loads: never on the path of a warm invocation. A rejection
   * fails the load, and so the invocation that waits for it, with `Llx.EnvironmentError`.
   */
  readonly environmentOf?: EnvironmentOf;
  /** What is fixed in an invocation. @default nothing in any */
  readonly fixedOf?: FixedOf | undefined;
  /** What a developer should know and no invocation shows, in a sentence. @default ignored */
  readonly onNotice?: (text: string) => void;
};

/** A runtime that builds functions from source, or takes them as packages, and runs them in worker processes. */
export function createRuntime(options: RuntimeOptions): DeployedRuntime {
  return new LocalRuntime(options);
}

class LocalRuntime implements DeployedRuntime {
  readonly #options: RuntimeOptions;
  readonly #sources: Sources;
  readonly #layers: LayerDirectories;
  readonly #spares: SpareWorkers;
  readonly #fixed: FixedInvocations | undefined;
  readonly #edited = new Map<string, LocalFunction>();
  /** By version and folder, too: they may run side by side. */
  readonly #packages = new Map<string, LocalFunction>();
  /** Forgotten, with an invocation that still runs. */
  readonly #leaving = new Set<LocalFunction>();
  readonly #listeners = new Set<(event: BuildEvent) => void>();
  #closing: Promise<void> | undefined;

  constructor(options: RuntimeOptions) {
    const {
      buildDirectory,
      layerDirectory,
      reload = true,
      onNotice = () => {},
      spawnWorker,
      refills = true,
      fixedOf,
    } = options;
    this.#options = options;
    this.#sources = new Sources({ buildDirectory, reload, onNotice });
    this.#layers = new LayerDirectories(layerDirectory ?? join(buildDirectory, '..', 'layers'));
    this.#spares = new SpareWorkers({ spawnWorker, refills });
    this.#fixed = fixedOf && new FixedInvocations(fixedOf);
  }

  invoke(spec: FunctionSpec, request: InvocationRequest): Promise<InvocationResult> {
    if (this.#fixed === undefined) return this.#function(spec).invoke(spec, request);
    const fixed = this.#fixed.requestOf(spec, request);
    return this.#function(spec).invoke(this.#fixed.specOf(spec), fixed);
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

  forget(arn: string): void {
    for (const [key, each] of this.#packages) {
      if (!key.startsWith(`${arn} `)) continue;
      this.#packages.delete(key);
      this.#leaving.add(each);
      void each.drain().then(() => this.#leaving.delete(each));
    }
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
    const functions = [...this.#edited.values(), ...this.#packages.values(), ...this.#leaving];
    await Promise.all([
      ...functions.map((each) => each.close()),
      this.#sources.close(),
      this.#spares.close(),
    ]);
    this.#listeners.clear();
  }

  #function(spec: FunctionSpec): LocalFunction {
    const isSource = spec.code === 'source';
    const functions = isSource ? this.#edited : this.#packages;
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
      sources: this.#sources,
      layers: this.#layers,
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

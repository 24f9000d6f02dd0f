import { createRuntime, type RuntimeOptions } from '../create-runtime.ts';
import type { BuildEvent, FunctionSpec, InvocationRequest, InvocationResult } from '../invocation.ts';
import { createSpawnWorker, type SpawnWorkerOptions } from '../spawn-worker.ts';
import { BOOTSTRAP, functionSpec, invocationRequest, PYTHON_BOOTSTRAP } from '../worker.test-support.ts';
import type { Worker } from '../worker.ts';
import { TemporaryProject } from './temporary-project.ts';

/** A runtime over a project of its own, with real processes. */
export class TestRuntime {
  readonly project = new TemporaryProject();
  readonly workers: Worker[] = [];
  readonly notices: string[] = [];
  readonly #events: BuildEvent[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #runtime: ReturnType<typeof createRuntime>;

  constructor(options: Partial<RuntimeOptions> = {}, spawnOptions: Partial<SpawnWorkerOptions> = {}) {
    const spawnWorker = createSpawnWorker({
      bootstrapFile: BOOTSTRAP,
      pythonBootstrapFile: PYTHON_BOOTSTRAP,
      ...spawnOptions,
    });
    this.#runtime = createRuntime({
      spawnWorker: (profile) => {
        const worker = spawnWorker(profile);
        this.workers.push(worker);
        return worker;
      },
      buildDirectory: this.project.path('.llx/build'),
      onNotice: (text) => this.notices.push(text),
      ...options,
    });
    this.#runtime.onBuild((event) => {
      this.#events.push(event);
      for (const tell of this.#waiting.splice(0)) tell();
    });
  }

  /** Of the project, unless it says otherwise. */
  spec(settings: Partial<FunctionSpec> = {}): FunctionSpec {
    return functionSpec({ root: this.project.root, ...settings });
  }

  invoke(
    spec: FunctionSpec,
    event?: unknown,
    settings?: Partial<InvocationRequest>,
  ): Promise<InvocationResult> {
    return this.#runtime.invoke(spec, invocationRequest(event, settings));
  }

  /** What its caller is answered. */
  async answer(spec: FunctionSpec, event?: unknown): Promise<unknown> {
    return JSON.parse(Buffer.from((await this.invoke(spec, event)).payload).toString());
  }

  forget(arn: string): void {
    this.#runtime.forget(arn);
  }

  prepare(spec: FunctionSpec): Promise<void> {
    return this.#runtime.prepare([spec]);
  }

  /** The next event of this type; those before it are forgotten. */
  async next(type: BuildEvent['type']): Promise<BuildEvent> {
    for (;;) {
      const event = this.#events.shift();
      if (event?.type === type) return event;
      if (!event) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async close(): Promise<void> {
    await this.#runtime.close();
    this.project.remove();
  }
}

import { isDeepStrictEqual } from 'node:util';
import { buildFailure } from './builder/build-problem.ts';
import type { Builder } from './builder/builder.ts';
import type { Bundle, BundleListener } from './builder/bundle.ts';
import { resolveEntry } from './builder/entry.ts';
import { type CodeState, packageGeneration } from './code-source.ts';
import type {
  BuildEvent,
  BuildProblem,
  FunctionSpec,
  InvocationRequest,
  InvocationResult,
} from './invocation.ts';
import type { Failure } from './outcome.ts';
import { FunctionPool, type PoolOptions } from './pool.ts';
import type { LoadedCode } from './worker.ts';

export type LocalFunctionOptions = Omit<PoolOptions, 'onWanted'> & {
  readonly builder: Builder;
  readonly onBuild: (event: BuildEvent) => void;
};

/** One function of a runtime: joins its setting, its code and its workers. */
export class LocalFunction implements BundleListener {
  readonly #options: LocalFunctionOptions;
  readonly #pool: FunctionPool;
  #spec: FunctionSpec;
  #entry: LoadedCode | undefined;
  #bundle: Bundle | undefined;

  constructor(spec: FunctionSpec, options: LocalFunctionOptions) {
    this.#options = options;
    this.#spec = spec;
    this.#pool = new FunctionPool({ spec, exportPath: '' }, { ...options, onWanted: () => this.#want() });
  }

  invoke(spec: FunctionSpec, request: InvocationRequest): Promise<InvocationResult> {
    if (spec !== this.#spec) this.configure(spec);
    return this.#pool.invoke(request);
  }

  /** Takes changed settings: they count from the next invocation on. */
  configure(spec: FunctionSpec): void {
    const isSame = isDeepStrictEqual(spec, this.#spec);
    this.#spec = spec;
    if (isSame) return;
    // What it names is looked for when it is needed; until then nothing runs.
    this.#entry = undefined;
    this.#pool.setCode({ status: 'pending' });
  }

  /** Builds ahead; resolves when that has ended. What goes wrong is an event, and the answer of the next invocation. */
  async prepare(): Promise<void> {
    this.#want();
    await this.#bundle?.settled();
  }

  close(): Promise<void> {
    this.#leaveBundle();
    return this.#pool.close();
  }

  onCode(state: CodeState): void {
    // Between two settings the bundle is that of the old one.
    if (this.#entry) this.#pool.setCode(state);
  }

  onChanged(file: string): void {
    this.#options.onBuild({ type: 'changed', functionName: this.#spec.name, file });
  }

  onBuilt(facts: { readonly durationMs: number; readonly inputs: number }): void {
    this.#options.onBuild({ type: 'built', functionName: this.#spec.name, ...facts });
  }

  onBuildFailed(problems: readonly BuildProblem[]): void {
    this.#options.onBuild({ type: 'build-failed', functionName: this.#spec.name, problems });
  }

  #want(): void {
    const spec = this.#spec;
    try {
      const entry = resolveEntry(spec);
      if (!isDeepStrictEqual(entry, this.#entry)) this.#enter(entry);
      this.#bundle?.refresh();
    } catch (error) {
      // No such file, or one that cannot be looked at (a folder without permission, links in a circle).
      this.#leaveBundle();
      this.#entry = undefined;
      this.#pool.setCode({
        status: 'failed',
        failure: this.#notFound(error instanceof Error ? error : new Error(String(error))),
      });
    }
  }

  #enter(entry: LoadedCode): void {
    const spec = this.#spec;
    this.#entry = entry;
    this.#pool.retarget({ spec, exportPath: entry.exportPath });
    if (spec.code === 'package') {
      this.#pool.setCode({ status: 'ready', generation: packageGeneration(entry.file) });
      return;
    }
    const { root, bundling } = spec;
    const bundle = this.#options.builder.acquire({ file: entry.file, root, bundling }, this);
    // Often the same one: of the settings only its file and `bundling` matter to it.
    if (bundle !== this.#bundle) this.#leaveBundle();
    this.#bundle = bundle;
    this.#pool.setCode(bundle.state);
  }

  #leaveBundle(): void {
    if (this.#bundle) this.#options.builder.release(this.#bundle, this);
    this.#bundle = undefined;
  }

  #notFound(error: Error): Failure {
    if (this.#spec.code === 'package') return importFailure(error);
    const problems = [{ text: error.message }];
    this.onBuildFailed(problems);
    return buildFailure(problems, this.#spec.root);
  }
}

/** As Lambda answers for a package in which the file is missing. */
function importFailure(error: Error): Failure {
  const errorType = 'Runtime.ImportModuleError';
  const payload = JSON.stringify({ errorType, errorMessage: String(error.cause ?? error), trace: [] });
  return { status: 'failed', failure: 'init', errorType, payload: Buffer.from(payload) };
}

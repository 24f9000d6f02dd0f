import { isDeepStrictEqual } from 'node:util';
import { RuntimeError } from '../lambda/runtime-error.ts';
import { buildFailure } from './builder/build-problem.ts';
import type { BundleListener } from './builder/bundle.ts';
import { codeEntry } from './code-entry.ts';
import { type CodeState, packageGeneration, type SourceCode } from './code-source.ts';
import type {
  BuildEvent,
  BuildProblem,
  FunctionSpec,
  InvocationRequest,
  InvocationResult,
} from './invocation.ts';
import type { LayerDirectories } from './layers/layer-directories.ts';
import type { Failure } from './outcome.ts';
import { FunctionPool, type PoolOptions } from './pool.ts';
import { runtimeFamily, unsupportedFailure } from './runtime-family.ts';
import type { Sources } from './sources.ts';
import type { LoadedCode } from './worker.ts';

export type LocalFunctionOptions = Omit<PoolOptions, 'onWanted'> & {
  readonly sources: Sources;
  readonly layers: LayerDirectories;
  readonly onBuild: (event: BuildEvent) => void;
};

/** One function of a runtime: joins its setting, its code and its workers. */
export class LocalFunction implements BundleListener {
  readonly #options: LocalFunctionOptions;
  readonly #pool: FunctionPool;
  #spec: FunctionSpec;
  #entry: LoadedCode | undefined;
  #source: SourceCode | undefined;
  #layering: Promise<void> | undefined;

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
    await this.#layering;
    await this.#source?.settled();
  }

  /** Ends without stopping what runs or waits; resolves when that is done. */
  drain(): Promise<void> {
    this.#leaveSource();
    return this.#pool.drain();
  }

  close(): Promise<void> {
    this.#leaveSource();
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
    const [first, ...others] = spec.layers ?? [];
    const opt = first === undefined ? undefined : this.#options.layers.of([first, ...others]);
    if (opt === undefined || typeof opt === 'string') {
      this.#find(opt);
      return;
    }
    const layering = opt
      .then(
        (made) => {
          if (this.#spec === spec) this.#find(made);
        },
        (error: unknown) => {
          if (this.#spec === spec) this.#missing(error);
        },
      )
      .finally(() => {
        if (this.#layering === layering) this.#layering = undefined;
      });
    this.#layering = layering;
  }

  #find(opt: string | undefined): void {
    const spec = this.#spec;
    if (runtimeFamily(spec.runtime) === undefined) {
      this.#pool.setCode({ status: 'failed', failure: unsupportedFailure(spec) });
      return;
    }
    try {
      const entry = codeEntry(spec, opt);
      if (!isDeepStrictEqual(entry, this.#entry)) this.#enter(entry);
      this.#source?.refresh();
    } catch (error) {
      // No such file, or one that cannot be looked at (a folder without permission, links in a circle).
      this.#missing(error);
    }
  }

  #missing(error: unknown): void {
    this.#leaveSource();
    this.#entry = undefined;
    const failure = this.#notFound(error instanceof Error ? error : new Error(String(error)));
    this.#pool.setCode({ status: 'failed', failure });
  }

  #enter(entry: LoadedCode): void {
    const spec = this.#spec;
    this.#entry = entry;
    this.#pool.retarget({ spec, exportPath: entry.exportPath, opt: entry.opt });
    if (spec.code === 'package') {
      this.#pool.setCode({ status: 'ready', generation: packageGeneration(entry.file) });
      return;
    }
    const source = this.#options.sources.acquire(spec, entry.file, this);
    // Often the same one: of the settings only a few matter to it.
    if (source !== this.#source) this.#leaveSource();
    this.#source = source;
    this.#pool.setCode(source.state);
  }

  #leaveSource(): void {
    if (this.#source) this.#options.sources.release(this.#source, this);
    this.#source = undefined;
  }

  #notFound(error: Error): Failure {
    if (this.#spec.code === 'package') return importFailure(error);
    const problems = [{ text: error.message }];
    this.onBuildFailed(problems);
    return buildFailure(problems, this.#spec.root);
  }
}

/** As Lambda answers for a package in which the file is missing, or whose handler can name none. */
function importFailure(error: Error): Failure {
  const isMalformed = error instanceof RuntimeError;
  const errorType = isMalformed ? error.name : 'Runtime.ImportModuleError';
  const errorMessage = isMalformed ? error.message : String(error.cause ?? error);
  const payload = JSON.stringify({ errorType, errorMessage, trace: [] });
  return { status: 'failed', failure: 'init', errorType, payload: Buffer.from(payload) };
}

import type { BuildContext, BuildResult } from 'esbuild';
import type { CodeState, SourceCode } from '../code-source.ts';
import type { BuildProblem } from '../invocation.ts';
import { buildFailure, buildProblems, isBuildFailure, missingImport } from './build-problem.ts';
import { withBuildService } from './build-service.ts';
import type { BundleFiles } from './bundle-files.ts';
import { repairCandidates, watchedInputs } from './bundle-inputs.ts';
import { type BundleSource, bundleOptions } from './bundle-options.ts';
import { type ModuleFormat, moduleFormat } from './module-format.ts';
import type { InputListener, InputWatch } from './watch.ts';

export type BundleListener = {
  /** `pending` comes as soon as the code is known to be old, before a rebuild. */
  onCode(state: CodeState): void;
  onChanged(file: string): void;
  onBuilt(facts: { readonly durationMs: number; readonly inputs: number }): void;
  onBuildFailed(problems: readonly BuildProblem[]): void;
};

type Built = {
  readonly durationMs: number;
  readonly startedAt: number;
} & (
  | {
      readonly state: Extract<CodeState, { status: 'ready' }>;
      readonly inputs: number;
      readonly files: Set<string>;
    }
  | { readonly state: Extract<CodeState, { status: 'failed' }>; readonly problems: readonly BuildProblem[] }
);

type Context = BuildContext<ReturnType<typeof bundleOptions>>;
type Result = BuildResult<ReturnType<typeof bundleOptions>>;

/** One entry file's bundle, built when it is first asked for and again whenever one of its inputs changes. */
export class Bundle implements SourceCode, InputListener {
  readonly #source: BundleSource;
  readonly #files: BundleFiles;
  readonly #watch: InputWatch | undefined;
  readonly #listeners = new Set<BundleListener>();
  #state: CodeState | undefined;
  #problems: readonly BuildProblem[] = [];
  #inputs: ReadonlySet<string>;
  #context: { readonly esbuild: Context; readonly format: ModuleFormat } | undefined;
  /** Inputs changed since the running build began; the value says which, when listeners do not know it yet. */
  #again: { untold: string | undefined } | undefined;
  #running: Promise<void> | undefined;
  #disposed = false;

  /** @param watch absent: it is built once, and again only after a build that failed. */
  constructor(source: BundleSource, files: BundleFiles, watch: InputWatch | undefined) {
    this.#source = source;
    this.#files = files;
    this.#watch = watch;
    this.#inputs = new Set([source.file]);
  }

  get state(): CodeState {
    return this.#state ?? { status: 'pending' };
  }

  get listeners(): Set<BundleListener> {
    return this.#listeners;
  }

  /**
   * Starts the first build; a failed one is tried again when what would mend it may be somewhere that is not
   * watched, as behind a path alias or in a linked package.
   */
  refresh(): void {
    const mayBeMended = this.#watch === undefined || this.#problems.some(missingImport);
    if (this.#state === undefined || (this.#state.status === 'failed' && mayBeMended)) {
      this.#publish({ status: 'pending' });
      this.#build(undefined);
    }
  }

  /** Resolves when no build runs. */
  async settled(): Promise<void> {
    await this.#running;
  }

  onInputChange(file: string, certain: boolean): void {
    if (this.#disposed) return;
    // A doubtful change of good code is checked in silence; usually it was in the build already.
    const told = certain || this.#state?.status !== 'ready';
    if (told) {
      for (const listener of this.#listeners) listener.onChanged(file);
      if (this.#state?.status !== 'pending') this.#publish({ status: 'pending' });
    }
    this.#build(told ? undefined : file);
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#listeners.clear();
    await this.#context?.esbuild.cancel();
    await this.#running;
    await Promise.all([this.#watch?.forget(this), this.#context?.esbuild.dispose()]);
  }

  #build(untold: string | undefined): void {
    this.#again = { untold };
    this.#running ??= this.#buildUntilFresh();
  }

  async #buildUntilFresh(): Promise<void> {
    while (this.#again && !this.#disposed) {
      const { untold } = this.#again;
      this.#again = undefined;
      const built = await this.#buildOnce();
      if (this.#disposed) break;
      // What a build makes whose inputs have changed meanwhile is nobody's code.
      if (!this.#again) this.#conclude(built, untold);
      if (this.#watch) await this.#watch.watch(this, this.#watchedAfter(built), built.startedAt);
    }
    // In the same turn as the loop's last look: a change after it starts a build of its own.
    this.#running = undefined;
  }

  async #buildOnce(): Promise<Built> {
    const startedAt = Date.now();
    const start = performance.now();
    try {
      const format = await moduleFormat(this.#source.file);
      const { outputFiles, metafile } = await this.#rebuild(format);
      const generation = await this.#files.write(outputFiles);
      return {
        state: { status: 'ready', generation },
        startedAt,
        durationMs: performance.now() - start,
        inputs: Object.keys(metafile.inputs).length,
        files: watchedInputs(metafile, this.#source.root),
      };
    } catch (error) {
      const { root } = this.#source;
      const problems = buildProblems(error, root);
      const durationMs = performance.now() - start;
      return {
        state: { status: 'failed', failure: buildFailure(problems, root) },
        startedAt,
        durationMs,
        problems,
      };
    }
  }

  async #rebuild(format: ModuleFormat): Promise<Result> {
    return await withBuildService(async ({ context }) => {
      try {
        if (this.#context?.format !== format) {
          await this.#context?.esbuild.dispose();
          const options = bundleOptions(this.#source, format, this.#files.directory);
          this.#context = { esbuild: await context(options), format };
        }
        return await this.#context.esbuild.rebuild();
      } catch (error) {
        // Not what is wrong with the code, but with esbuild's own process: the next build starts anew.
        if (!isBuildFailure(error)) this.#context = undefined;
        throw error;
      }
    });
  }

  #conclude(built: Built, untold: string | undefined): void {
    const { state } = built;
    const isKnown =
      state.status === 'ready' &&
      this.#state?.status === 'ready' &&
      this.#state.generation === state.generation;
    if (isKnown) return;
    this.#problems = 'problems' in built ? built.problems : [];
    for (const listener of this.#listeners) {
      if (untold !== undefined) listener.onChanged(untold);
      if ('problems' in built) listener.onBuildFailed(built.problems);
      else listener.onBuilt({ durationMs: built.durationMs, inputs: built.inputs });
    }
    this.#publish(state);
  }

  /** After a build that failed: what the last good one was made of, and where the repair may happen. */
  #watchedAfter(built: Built): Set<string> {
    if ('problems' in built) {
      return new Set([...this.#inputs, ...repairCandidates(built.problems, this.#source.root)]);
    }
    this.#inputs = built.files;
    return built.files;
  }

  #publish(state: CodeState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener.onCode(state);
  }
}

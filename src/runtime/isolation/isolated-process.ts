import { rm } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { FunctionSpec, InvocationRequest, InvocationResult } from '../invocation.ts';
import type { ExitStatus, LoadedCode, LoadOptions, LoadOutcome, SpawnWorker, Worker } from '../worker.ts';
import type { WorkingCopies, WorkingCopy } from './working-copies.ts';

/**
 * Workers with a temporary directory of their own, and a working copy of their function's package. Beside that a process
 * has its own environment and its own bound of memory, as every worker does.
 */
export function isolateProcesses(spawnWorker: SpawnWorker, copies: WorkingCopies): SpawnWorker {
  return (profile) => new IsolatedProcess(spawnWorker(profile), copies);
}

class IsolatedProcess implements Worker {
  readonly exited: Promise<ExitStatus>;
  readonly #worker: Worker;
  readonly #copies: WorkingCopies;
  #killed = false;

  constructor(worker: Worker, copies: WorkingCopies) {
    this.#worker = worker;
    this.#copies = copies;
    this.exited = worker.exited;
  }

  get profile(): Worker['profile'] {
    return this.#worker.profile;
  }

  get pid(): number {
    return this.#worker.pid;
  }

  get alive(): boolean {
    return this.#worker.alive && !this.#killed;
  }

  async load(spec: FunctionSpec, code: LoadedCode, options: LoadOptions = {}): Promise<LoadOutcome> {
    const temporary = await this.#copies.temporary();
    const removeAfter = (copy?: WorkingCopy): void => {
      void this.exited.then(async () => {
        await Promise.all([rm(temporary, { recursive: true, force: true, maxRetries: 3 }), copy?.release()]);
      });
    };
    // A folder of the user's own is run as it is: what it is for is that he changes it.
    if (spec.stored !== true) {
      removeAfter();
      return await this.#worker.load(spec, code, withTemporary(options, spec, temporary));
    }
    let copy: WorkingCopy;
    try {
      copy = await this.#copies.of(spec);
    } catch (error) {
      removeAfter();
      await this.#worker.kill();
      throw error;
    }
    removeAfter(copy);
    const own = { ...spec, root: copy.path };
    const file = copiedFile(code.file, { from: spec.root, to: copy.path });
    return await this.#worker.load(own, { ...code, file }, withTemporary(options, spec, temporary));
  }

  invoke(request: InvocationRequest): Promise<InvocationResult> {
    return this.#worker.invoke(request);
  }

  kill(): Promise<void> {
    this.#killed = true;
    return this.#worker.kill();
  }
}

/** Where a file of a package is in its copy; one of a layer is where it was. */
function copiedFile(file: string, { from, to }: { readonly from: string; readonly to: string }): string {
  const within = relative(from, file);
  return isAbsolute(within) || within.split(sep)[0] === '..' ? file : join(to, within);
}

/** What a function has set itself, stays. */
function withTemporary(options: LoadOptions, spec: FunctionSpec, temporary: string): LoadOptions {
  const { environmentOf } = options;
  if (spec.environment.TMPDIR !== undefined) return options;
  return {
    ...options,
    environmentOf: async () => ({ ...(await environmentOf?.(spec)), TMPDIR: temporary }),
  };
}

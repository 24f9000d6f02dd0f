import { once } from 'node:events';
import { basename, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { watch } from 'chokidar';

/** Editors write a file in several steps, and git many files: they are one change. */
const SETTLED_MS = 50;

/** Folders that no handler's source is in, beside those whose names begin with a dot. */
const NOT_SOURCES = new Set(['node_modules', 'cdk.out']);

export type SmokeWatchOptions = {
  /** Watched with everything in them but packages and what is hidden. */
  readonly directories: readonly string[];
  /** Files that llx itself writes there. */
  readonly ignored: readonly string[];
  /** @default 50 */
  readonly settledMs?: number;
};

/** Tells when a project changes. */
export class SmokeWatch {
  readonly #watcher: ReturnType<typeof watch>;
  readonly #settledMs: number;
  #changed = new Set<string>();
  #failure: unknown;

  /** Resolves when changes are seen. */
  static async start({
    directories,
    ignored,
    settledMs = SETTLED_MS,
  }: SmokeWatchOptions): Promise<SmokeWatch> {
    const roots = directories.map((directory) => resolve(directory));
    const own = new Set(ignored.map((file) => resolve(file)));
    const watcher = watch(roots, {
      ignored: (path) => own.has(path) || (!roots.includes(path) && isNoSource(basename(path))),
      ignoreInitial: true,
      ignorePermissionErrors: true,
    });
    await once(watcher, 'ready');
    return new SmokeWatch(watcher, settledMs);
  }

  constructor(watcher: ReturnType<typeof watch>, settledMs: number) {
    this.#watcher = watcher;
    this.#settledMs = settledMs;
    watcher.on('all', (_event, path) => this.#changed.add(path));
    // Usually the system's limit of watches.
    watcher.on('error', (error) => {
      this.#failure ??= error;
    });
  }

  /** The files that changed since it was last asked, as soon as there are some. Rejects when aborted, or when the watch fails. */
  async changes(signal: AbortSignal): Promise<ReadonlySet<string>> {
    while (this.#changed.size === 0) {
      if (this.#failure !== undefined) throw this.#failure;
      await once(this.#watcher, 'all', { signal });
    }
    return await this.changesSoFar(signal);
  }

  /** The same, but none where none changed. */
  async changesSoFar(signal: AbortSignal): Promise<ReadonlySet<string>> {
    await delay(this.#settledMs, undefined, { signal });
    const files = this.#changed;
    this.#changed = new Set();
    return files;
  }

  /** Idempotent. */
  close(): Promise<void> {
    return this.#watcher.close();
  }
}

/** What editors and `--update` write beside a file on the way has such an end, too. */
function isNoSource(name: string): boolean {
  return name.startsWith('.') || name.endsWith('.tmp') || NOT_SOURCES.has(name);
}

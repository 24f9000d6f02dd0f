import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { FSWatcher } from 'chokidar';

/**
 * How long a file may be gone before that counts as a change: editors and git replace a file by removing it first,
 * and a build in between would fail for nothing.
 */
const VANISHED_MS = 50;

/**
 * How long after the kernel has stirred a file it is looked at, in case chokidar made nothing of it: of several events
 * within a few milliseconds it may take only one, and a save that is lost is worse than a look too many.
 */
const STIRRED_MS = 150;

/**
 * How often every file is looked at, whatever was told of it: under load the kernel's events do get lost, and some file
 * systems (network, containers) have none. A look takes microseconds.
 */
const LOOK_MS = 2_000;

/** The kernel stamps files with a clock that may be this much behind. */
const CLOCK_GRAIN_MS = 20;

/** What tells of changes; it is replaced in tests. */
export type StartWatcher = () => Promise<FSWatcher>;

async function startChokidar(): Promise<FSWatcher> {
  // Not needed before the first build has ended.
  const { watch } = await import('chokidar');
  // Nothing may delay a change: builds are cheap, and repeated when a file changes again.
  return watch([], { atomic: false, awaitWriteFinish: false, ignorePermissionErrors: true });
}

export type InputListener = {
  /** `certain` is false for a file that may have been changed while it was being read. */
  onInputChange(file: string, certain: boolean): void;
};

/** Watches exactly the files it is given, for any number of listeners, with one watcher. */
export class InputWatch {
  readonly #onError: (error: unknown) => void;
  /** Per listener: what it watches. */
  readonly #watched = new Map<InputListener, ReadonlySet<string>>();
  readonly #files = new Map<string, WatchedFile>();
  readonly #startWatcher: StartWatcher;
  #watcher: Promise<FSWatcher> | undefined;
  #looking: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param onError for a watch that cannot be made: usually the system's limit of watches is reached. */
  constructor(onError: (error: unknown) => void, startWatcher: StartWatcher = startChokidar) {
    this.#onError = onError;
    this.#startWatcher = startWatcher;
  }

  /**
   * Replaces what a listener watches. Files need not exist. One call at a time for each listener.
   *
   * @param since epoch milliseconds: when the reading of the files began. What was changed later is reported.
   */
  async watch(listener: InputListener, files: ReadonlySet<string>, since: number): Promise<void> {
    if (this.#closed) return;
    this.#watcher ??= this.#start();
    const watcher = await this.#watcher;
    if (this.#closed) return;
    const before = this.#watched.get(listener) ?? [];
    this.#watched.set(listener, files);
    const added: string[] = [];
    for (const file of files) {
      const known = this.#files.get(file);
      if (!known) {
        added.push(file);
        this.#files.set(file, new WatchedFile(listener, since));
      } else if (known.add(listener, since)) {
        listener.onInputChange(file, false);
      }
    }
    this.#unwatch(watcher, listener, before, files);
    if (added.length > 0) watcher.add(added);
  }

  async forget(listener: InputListener): Promise<void> {
    const watcher = await this.#watcher;
    if (!watcher || this.#closed) return;
    this.#unwatch(watcher, listener, this.#watched.get(listener) ?? [], new Set());
    this.#watched.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#looking);
    for (const file of this.#files.values()) file.cancel();
    this.#files.clear();
    this.#watched.clear();
    await (await this.#watcher)?.close();
  }

  async #start(): Promise<FSWatcher> {
    const watcher = await this.#startWatcher();
    watcher.on('add', (path, stats) => this.#files.get(path)?.appeared(path, stats?.ctimeMs));
    watcher.on('change', (path) => this.#files.get(path)?.changed(path));
    watcher.on('unlink', (path) => this.#files.get(path)?.vanished(path));
    watcher.on('raw', (_event, path, details) => {
      if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return;
      const { watchedPath } = details;
      if (typeof watchedPath !== 'string') return;
      this.#files.get(watchedPath)?.stirred(watchedPath);
      const inside = join(watchedPath, path ?? '');
      if (inside !== watchedPath) this.#files.get(inside)?.stirred(inside);
    });
    watcher.on('error', (error) => this.#onError(error));
    if (this.#closed) return watcher;
    this.#looking = setInterval(() => {
      for (const [path, file] of this.#files) file.look(path);
    }, LOOK_MS).unref();
    return watcher;
  }

  #unwatch(
    watcher: FSWatcher,
    listener: InputListener,
    before: Iterable<string>,
    now: ReadonlySet<string>,
  ): void {
    const unused: string[] = [];
    for (const file of before) {
      if (!now.has(file) && this.#files.get(file)?.remove(listener)) {
        this.#files.delete(file);
        unused.push(file);
      }
    }
    if (unused.length > 0) watcher.unwatch(unused);
  }
}

class WatchedFile {
  readonly #listeners = new Set<InputListener>();
  /** Until the watcher has said that it sees the file: from when on a change must be reported. */
  #unseenSince: number | undefined;
  #changedAt = 0;
  #vanished: NodeJS.Timeout | undefined;
  #stirred: NodeJS.Timeout | undefined;
  /** What the file was like when it was last seen or told of. */
  #looks: string | undefined;
  /** How often it was looked at while the watcher had not said that it sees it. */
  #unseenLooks = 0;

  constructor(listener: InputListener, since: number) {
    this.#listeners.add(listener);
    this.#unseenSince = since;
  }

  /** Whether this new listener has missed a change. */
  add(listener: InputListener, since: number): boolean {
    if (this.#listeners.has(listener)) return false;
    this.#listeners.add(listener);
    if (this.#unseenSince !== undefined) this.#unseenSince = Math.min(this.#unseenSince, since);
    return this.#changedAt >= since;
  }

  /** Whether it was the last listener. */
  remove(listener: InputListener): boolean {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return false;
    this.cancel();
    return true;
  }

  appeared(path: string, changedAt = Number.POSITIVE_INFINITY): void {
    const since = this.#unseenSince;
    const before = this.#looks;
    this.#unseenSince = undefined;
    this.#looks = looksOf(path);
    if (since !== undefined) {
      if (changedAt >= since - CLOCK_GRAIN_MS) this.#tell(path, false);
    } else if (this.#vanished !== undefined || this.#looks !== before) {
      this.#tell(path, true);
    }
  }

  changed(path: string): void {
    this.#unseenSince = undefined;
    this.#tell(path, true);
  }

  vanished(path: string): void {
    clearTimeout(this.#vanished);
    this.#vanished = setTimeout(() => this.#tell(path, true), VANISHED_MS);
  }

  /** Something happened to it: usually an event follows, and this finds nothing new. */
  stirred(path: string): void {
    this.#stirred ??= setTimeout(() => {
      this.#stirred = undefined;
      this.look(path);
    }, STIRRED_MS).unref();
  }

  /** Finds a change that nothing has told. One that is gone for a moment is left to `vanished`. */
  look(path: string): void {
    if (this.#vanished !== undefined) return;
    if (this.#unseenSince !== undefined) {
      // The watcher may have lost even that it was given the file.
      this.#unseenLooks += 1;
      const stats = this.#unseenLooks > 1 ? statSync(path, { throwIfNoEntry: false }) : undefined;
      if (stats !== undefined) this.appeared(path, stats.ctimeMs);
      return;
    }
    if (looksOf(path) !== this.#looks) this.#tell(path, true);
  }

  cancel(): void {
    clearTimeout(this.#vanished);
    clearTimeout(this.#stirred);
  }

  #tell(path: string, certain: boolean): void {
    clearTimeout(this.#vanished);
    this.#vanished = undefined;
    this.#changedAt = Date.now();
    this.#looks = looksOf(path);
    for (const listener of this.#listeners) listener.onInputChange(path, certain);
  }
}

/** Another text for another file or other contents; undefined when there is none. */
function looksOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
}

import { statSync } from 'node:fs';
import type { BundleListener } from '../builder/bundle.ts';
import type { InputListener, InputWatch } from '../builder/watch.ts';
import { type CodeState, packageGeneration, type SourceCode } from '../code-source.ts';
import type { SourceEntry } from './source-entry.ts';
import { MAX_SOURCE_FILES, sourceFiles } from './source-files.ts';

/** Code that is run as it stands on disk: it is new whenever one of its files changes. */
export class SourceFolder implements SourceCode, InputListener {
  readonly listeners = new Set<BundleListener>();
  readonly #entry: SourceEntry;
  readonly #watch: InputWatch | undefined;
  readonly #onNotice: (text: string) => void;
  /** What each file was like when it was listed. */
  #looks: ReadonlyMap<string, string> = new Map();
  #state: CodeState = { status: 'pending' };
  #isStale = true;
  #running: Promise<void> | undefined;
  #disposed = false;

  /** @param watch absent: it never changes. */
  constructor(entry: SourceEntry, watch: InputWatch | undefined, onNotice: (text: string) => void) {
    this.#entry = entry;
    this.#watch = watch;
    this.#onNotice = onNotice;
  }

  get state(): CodeState {
    return this.#state;
  }

  refresh(): void {
    if (this.#isStale) this.#running ??= this.#listUntilFresh();
  }

  async settled(): Promise<void> {
    await this.#running;
  }

  onInputChange(file: string, certain: boolean): void {
    if (this.#disposed || (!certain && looksOf(file) === this.#looks.get(file))) return;
    for (const listener of this.listeners) listener.onChanged(file);
    this.#isStale = true;
    this.#publish({ status: 'pending' });
    this.#running ??= this.#listUntilFresh();
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.listeners.clear();
    await this.#running;
    await this.#watch?.forget(this);
  }

  async #listUntilFresh(): Promise<void> {
    while (this.#isStale && !this.#disposed) {
      this.#isStale = false;
      const startedAt = Date.now();
      const start = performance.now();
      const files = await sourceFiles(this.#entry);
      this.#looks = new Map([...files].map((file) => [file, looksOf(file)]));
      if (this.#disposed) break;
      if (!this.#isStale) this.#conclude(files.size, performance.now() - start);
      await this.#watch?.watch(this, files, startedAt);
    }
    this.#running = undefined;
  }

  #conclude(inputs: number, durationMs: number): void {
    if (inputs === MAX_SOURCE_FILES) {
      this.#onNotice(
        `Only ${inputs} files below ${this.#entry.folder} are watched: others change unnoticed.`,
      );
    }
    for (const listener of this.listeners) listener.onBuilt({ durationMs, inputs });
    this.#publish({ status: 'ready', generation: packageGeneration(this.#entry.file) });
  }

  #publish(state: CodeState): void {
    this.#state = state;
    for (const listener of this.listeners) listener.onCode(state);
  }
}

function looksOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
}

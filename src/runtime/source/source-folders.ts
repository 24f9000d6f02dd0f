import type { BundleListener } from '../builder/bundle.ts';
import { InputWatch } from '../builder/watch.ts';
import type { SourceEntry } from './source-entry.ts';
import { SourceFolder } from './source-folder.ts';

export type SourceFoldersOptions = {
  readonly reload: boolean;
  /** For what is worth telling the developer, in a sentence. */
  readonly onNotice: (text: string) => void;
};

/** The folders of a runtime whose code is not built: functions with the same entry share one. */
export class SourceFolders {
  readonly #onNotice: (text: string) => void;
  readonly #watch: InputWatch | undefined;
  readonly #folders = new Map<string, SourceFolder>();
  readonly #disposals = new Set<Promise<void>>();

  constructor({ reload, onNotice }: SourceFoldersOptions) {
    this.#onNotice = onNotice;
    const onError = (error: unknown): void => {
      const reason = error instanceof Error ? error.message : String(error);
      onNotice(`Some changes of source files may not be noticed: ${reason}`);
    };
    this.#watch = reload ? new InputWatch(onError) : undefined;
  }

  /** Ends with `release`, by the same listener. */
  acquire(entry: SourceEntry, listener: BundleListener): SourceFolder {
    const folder = this.#folders.get(entry.file) ?? new SourceFolder(entry, this.#watch, this.#onNotice);
    this.#folders.set(entry.file, folder);
    folder.listeners.add(listener);
    return folder;
  }

  /** A folder that nobody listens to is disposed of. */
  release(folder: SourceFolder, listener: BundleListener): void {
    folder.listeners.delete(listener);
    if (folder.listeners.size > 0) return;
    for (const [file, each] of this.#folders) if (each === folder) this.#folders.delete(file);
    const disposal = folder.dispose().finally(() => this.#disposals.delete(disposal));
    this.#disposals.add(disposal);
  }

  async close(): Promise<void> {
    const folders = [...this.#folders.values()];
    this.#folders.clear();
    await Promise.all([...folders.map((folder) => folder.dispose()), ...this.#disposals]);
    await this.#watch?.close();
  }
}

import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import { Bundle, type BundleListener } from './bundle.ts';
import { BundleFiles } from './bundle-files.ts';
import type { BundleSource } from './bundle-options.ts';
import { InputWatch } from './watch.ts';

export type BuilderOptions = {
  /** Absolute; made when needed: `<root>/.llx/build`. */
  readonly buildDirectory: string;
  /** Whether bundles are watched and built again. */
  readonly reload: boolean;
  /** For what is worth telling the developer, in a sentence. */
  readonly onNotice: (text: string) => void;
};

/** The bundles of a runtime: functions with the same entry file and options share one. */
export class Builder {
  readonly #options: BuilderOptions;
  readonly #bundles = new Map<string, Bundle>();
  /** Kept longer than the bundles: workers may still use what one wrote when the next begins. */
  readonly #files = new Map<string, BundleFiles>();
  readonly #watch: InputWatch | undefined;
  readonly #disposals = new Set<Promise<void>>();
  #ignoring: Promise<void> | undefined;

  constructor(options: BuilderOptions) {
    this.#options = options;
    const onError = (error: unknown): void => {
      const reason = error instanceof Error ? error.message : String(error);
      options.onNotice(`Some changes of source files may not be noticed: ${reason}`);
    };
    this.#watch = options.reload ? new InputWatch(onError) : undefined;
  }

  /** Ends with `release`, by the same listener. */
  acquire(source: BundleSource, listener: BundleListener): Bundle {
    const key = JSON.stringify([source.root, source.file, source.bundling ?? {}]);
    const bundle = this.#bundles.get(key) ?? this.#create(key, source);
    bundle.listeners.add(listener);
    return bundle;
  }

  /** A bundle that nobody listens to is disposed of. */
  release(bundle: Bundle, listener: BundleListener): void {
    bundle.listeners.delete(listener);
    if (bundle.listeners.size > 0) return;
    for (const [key, each] of this.#bundles) if (each === bundle) this.#bundles.delete(key);
    const disposal = bundle.dispose().finally(() => this.#disposals.delete(disposal));
    this.#disposals.add(disposal);
  }

  async close(): Promise<void> {
    const bundles = [...this.#bundles.values()];
    this.#bundles.clear();
    await Promise.all([...bundles.map((bundle) => bundle.dispose()), ...this.#disposals, this.#ignoring]);
    await this.#watch?.close();
  }

  #create(key: string, source: BundleSource): Bundle {
    this.#ignoring ??= this.#ignoreInGit();
    const hash = createHash('sha256').update(key).digest('hex').slice(0, 8);
    const directory = join(this.#options.buildDirectory, `${parse(source.file).name}-${hash}`);
    const files = this.#files.get(directory) ?? new BundleFiles(directory);
    this.#files.set(directory, files);
    const bundle = new Bundle(source, files, this.#watch);
    this.#bundles.set(key, bundle);
    return bundle;
  }

  /** What llx writes is nobody's to commit. */
  async #ignoreInGit(): Promise<void> {
    const { buildDirectory } = this.#options;
    const parent = dirname(buildDirectory);
    const folder = basename(parent) === '.llx' ? parent : buildDirectory;
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' });
    } catch {
      // There already, or a disk that cannot be written to, of which the first build complains with better words.
    }
  }
}

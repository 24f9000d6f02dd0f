import { Builder, type BuilderOptions } from './builder/builder.ts';
import { Bundle, type BundleListener } from './builder/bundle.ts';
import type { SourceCode } from './code-source.ts';
import type { FunctionSpec } from './invocation.ts';
import { runtimeFamily } from './runtime-family.ts';
import { bootstrapEntry, pythonEntry } from './source/source-entry.ts';
import { SourceFolder } from './source/source-folder.ts';
import { SourceFolders } from './source/source-folders.ts';

/** The code that a runtime runs as developers edit it: built by esbuild, or taken as it stands on disk. */
export class Sources {
  readonly #builder: Builder;
  readonly #folders: SourceFolders;

  constructor(options: BuilderOptions) {
    this.#builder = new Builder(options);
    this.#folders = new SourceFolders(options);
  }

  /**
   * Ends with `release`, by the same listener.
   *
   * @param file absolute: the entry.
   */
  acquire(spec: FunctionSpec, file: string, listener: BundleListener): SourceCode {
    const { root, bundling } = spec;
    switch (runtimeFamily(spec.runtime)) {
      case 'python':
        return this.#folders.acquire(pythonEntry(spec), listener);
      case 'provided':
        return this.#folders.acquire(bootstrapEntry(spec), listener);
      default:
        return this.#builder.acquire({ file, root, bundling }, listener);
    }
  }

  release(source: SourceCode, listener: BundleListener): void {
    if (source instanceof Bundle) this.#builder.release(source, listener);
    else if (source instanceof SourceFolder) this.#folders.release(source, listener);
  }

  async close(): Promise<void> {
    await Promise.all([this.#builder.close(), this.#folders.close()]);
  }
}

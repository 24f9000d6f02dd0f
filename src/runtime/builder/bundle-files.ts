import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { OutputFile } from 'esbuild';
import type { Generation } from '../code-source.ts';

/** How long files of earlier runs stay: another llx of the same project may be using them. */
const LEFTOVER_MS = 24 * 60 * 60 * 1000;

/** The generations of one bundle in its folder: the newest, and those that workers still use. */
export class BundleFiles {
  /** Absolute. */
  readonly directory: string;
  readonly #generations = new Map<string, BundleGeneration>();
  #newest: BundleGeneration | undefined;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Writes what is not there yet, and makes it the newest generation. Contents seen before are the same generation. */
  async write(outputs: readonly OutputFile[]): Promise<Generation> {
    const code = outputs.find(({ path }) => !path.endsWith('.map'));
    if (!code) throw new Error(`expected esbuild to make a file in ${this.directory}, got none`);
    const generation = this.#generation(code.path, outputs);
    // Before the first wait: nobody may delete what is about to be found on disk.
    generation.retain();
    try {
      if (this.#newest === undefined) await this.#prepare(outputs);
      await Promise.all(outputs.map(writeWhenNew));
      this.#newest?.release();
      this.#newest = generation;
      return generation;
    } catch (error) {
      generation.release();
      throw error;
    }
  }

  #generation(file: string, outputs: readonly OutputFile[]): BundleGeneration {
    const known = this.#generations.get(file);
    if (known) return known;
    const generation = new BundleGeneration(file, () => {
      this.#generations.delete(file);
      // At once and not in the background, where a build with the same contents could find half of them.
      for (const { path } of outputs) rmSync(path, { force: true });
    });
    this.#generations.set(file, generation);
    return generation;
  }

  async #prepare(outputs: readonly OutputFile[]): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    const current = new Set(outputs.map(({ path }) => basename(path)));
    for (const name of await readdir(this.directory)) {
      const path = join(this.directory, name);
      if (!current.has(name) && (await isLeftover(path))) await rm(path, { force: true, recursive: true });
    }
  }
}

class BundleGeneration implements Generation {
  readonly file: string;
  readonly #remove: () => void;
  #users = 0;

  constructor(file: string, remove: () => void) {
    this.file = file;
    this.#remove = remove;
  }

  retain(): void {
    this.#users += 1;
  }

  release(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#remove();
  }
}

/** A name holds a hash of the contents, so a file of the same size is the same file; any other is torn. */
async function writeWhenNew({ path, contents }: OutputFile): Promise<void> {
  const existing = await stat(path).catch(() => undefined);
  if (existing?.size === contents.byteLength) return;
  const temporary = `${path}.${randomUUID()}.tmp`;
  await writeFile(temporary, contents);
  await rename(temporary, path);
}

async function isLeftover(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > LEFTOVER_MS;
}

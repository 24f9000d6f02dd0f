import { createHash, randomUUID } from 'node:crypto';
import { copyFile, cp, link, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** What no process has asked for since then is removed when another one is made. Longer than a process is left to run. */
const UNUSED_MS = 30 * 86_400_000;

/**
 * What stands for /opt, which no user may write to: one directory for each list of layers, made when it is first
 * needed. Layers are not changed after they were extracted, so their names say what is in them.
 */
export class LayerDirectories {
  readonly #directory: string;
  readonly #now: () => number;
  readonly #made = new Map<string, string | Promise<string>>();

  /**
   * @param directory absolute; made when needed.
   * @param now epoch milliseconds
   */
  constructor(directory: string, now: () => number = Date.now) {
    this.#directory = directory;
    this.#now = now;
  }

  /** Absolute; a promise until it is there. A single layer is its own. */
  of(layers: readonly [string, ...string[]]): string | Promise<string> {
    const [first, ...others] = layers;
    if (others.length === 0) return first;
    const key = createHash('sha256').update(JSON.stringify(layers)).digest('hex').slice(0, 32);
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const making = this.#make(layers, join(this.#directory, key));
    this.#made.set(key, making);
    making.then(
      (made) => this.#made.set(key, made),
      () => this.#made.delete(key),
    );
    return making;
  }

  async #make(layers: readonly string[], target: string): Promise<string> {
    if (await isDirectory(target)) {
      const seconds = this.#now() / 1000;
      await utimes(target, seconds, seconds);
      return target;
    }
    await this.#removeUnused();
    const growing = `${target}.${randomUUID()}`;
    try {
      // It may be among the temporary files of everybody.
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      for (const layer of layers) await lay(layer, growing);
      await rename(growing, target);
    } catch (error) {
      await rm(growing, { recursive: true, force: true });
      // Another process was faster; what it made is the same.
      if (!(await isDirectory(target))) throw error;
    }
    return target;
  }

  /** With what killed processes left half made. */
  async #removeUnused(): Promise<void> {
    for (const name of await readdir(this.#directory).catch(() => [])) {
      const path = join(this.#directory, name);
      const usedAt = (await stat(path).catch(() => undefined))?.mtimeMs ?? this.#now();
      if (usedAt + UNUSED_MS > this.#now()) continue;
      const away = `${path}.${randomUUID()}`;
      try {
        // At once, so that nobody finds a half of it.
        await rename(path, away);
        await rm(away, { recursive: true, force: true });
      } catch {
        // Another process removes it, too.
      }
    }
  }
}

/** Lays one directory over another: what is in both is the newer one's, and folders are joined. */
async function lay(layer: string, target: string): Promise<void> {
  if (!(await isDirectory(target))) {
    await rm(target, { force: true });
    await mkdir(target, { recursive: true });
  }
  for (const entry of await readdir(layer, { withFileTypes: true })) {
    const from = join(layer, entry.name);
    const to = join(target, entry.name);
    if (entry.isDirectory()) await lay(from, to);
    else {
      await rm(to, { recursive: true, force: true });
      if (entry.isSymbolicLink()) await cp(from, to, { verbatimSymlinks: true });
      else await linkOrCopy(from, to);
    }
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch {
    // Another file system, or one without hard links.
    await copyFile(from, to);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

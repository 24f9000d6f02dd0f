import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdirSync, type ReadStream, readdirSync, renameSync } from 'node:fs';
import { access, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EmulatorClock } from '../emulator-clock.ts';
import { extractZip } from './extract-zip.ts';

/** Code as a version of a function or a layer refers to it. */
export type StoredCode = {
  /** SHA-256 of the zip in base64, as Lambda shows it. */
  readonly sha256: string;
  /** Bytes of the zip. */
  readonly size: number;
};

/**
 * How long code stays after it was last needed: longer than an invocation that runs in it (15 minutes) and the worker
 * that waits for another one.
 */
const UNUSED_MS = 30 * 60_000;
/** The start is no time for it. */
const FIRST_CLEANING_MS = 10_000;

const REMOVED = 'removed-';
const KEY_IN_NAME = /^(?:partial-)?([0-9a-f]{64})/;

/**
 * Packages by their hash: the zip as it came, and beside it what was in it. Each is there completely or not at all, and
 * never changes, so versions with the same code share it.
 */
export class CodeStore {
  /** Whether functions may run what lies elsewhere on this machine: not for callers on others. */
  readonly takesDirectories: boolean;
  readonly #directory: string;
  readonly #clock: EmulatorClock;
  readonly #storing = new Map<string, Promise<void>>();
  readonly #unzippedBytes = new Map<string, number>();
  /** When something was last stored or given up. */
  readonly #neededAt = new Map<string, number>();

  /** @param options.directory absolute; `code` in it is the store's */
  constructor(options: {
    readonly directory: string;
    readonly clock: EmulatorClock;
    /** @default true */
    readonly takesDirectories?: boolean;
  }) {
    this.takesDirectories = options.takesDirectories ?? true;
    this.#directory = join(options.directory, 'code');
    this.#clock = options.clock;
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
  }

  /**
   * Extracts a package, unless it is there already.
   *
   * @throws AwsError 400 InvalidParameterValueException for what is no package
   */
  async put(zip: Uint8Array): Promise<StoredCode> {
    const hash = createHash('sha256').update(zip).digest();
    const key = hash.toString('hex');
    this.#neededAt.set(key, this.#clock.now());
    let storing = this.#storing.get(key);
    if (storing === undefined) {
      storing = this.#store(key, zip).finally(() => this.#storing.delete(key));
      this.#storing.set(key, storing);
    }
    await storing;
    return { sha256: hash.toString('base64'), size: zip.byteLength };
  }

  /** Absolute path of what was in a package. */
  directoryOf(sha256: string): string {
    return join(this.#directory, keyOf(sha256));
  }

  /** Of all files that were in a package. */
  async unzippedBytes(sha256: string): Promise<number> {
    const known = this.#unzippedBytes.get(sha256);
    if (known !== undefined) return known;
    const bytes = await bytesIn(this.directoryOf(sha256));
    this.#unzippedBytes.set(sha256, bytes);
    return bytes;
  }

  readZip(sha256: string): ReadStream {
    return createReadStream(this.#zipFile(keyOf(sha256)));
  }

  /** Nothing refers to it any more, but something may still run in it. */
  release(sha256: string): void {
    this.#neededAt.set(keyOf(sha256), this.#clock.now());
  }

  /**
   * Removes what nothing refers to and nothing can run in, and what a killed process left half done: soon, and then
   * whenever something may have become so. Gives what ends it.
   *
   * @param used the hashes that something refers to
   */
  keepClean(used: () => Iterable<string>, onProblem: (error: unknown) => void): () => void {
    let cancel: (() => void) | undefined;
    const next = (delayMs: number): void => {
      cancel = this.#clock.schedule(() => {
        if (delayMs === FIRST_CLEANING_MS || this.#neededAt.size > 0) {
          this.removeUnused(used()).catch(onProblem);
        }
        next(UNUSED_MS);
      }, delayMs);
    };
    next(FIRST_CLEANING_MS);
    return () => cancel?.();
  }

  async removeUnused(used: Iterable<string>): Promise<void> {
    const kept = new Set([...used].map(keyOf));
    const now = this.#clock.now();
    for (const [key, at] of this.#neededAt) {
      if (at + UNUSED_MS > now) kept.add(key);
      else this.#neededAt.delete(key);
    }
    // All at once: who stores the same code from now on must not find a half of it.
    const names = readdirSync(this.#directory);
    const unused = names.filter((name) => !kept.has(KEY_IN_NAME.exec(name)?.[1] ?? ''));
    const removed = unused.map((name) => {
      const path = join(this.#directory, name);
      if (name.startsWith(REMOVED)) return path;
      const away = join(this.#directory, `${REMOVED}${randomBytes(4).toString('hex')}`);
      renameSync(path, away);
      return away;
    });
    for (const path of removed) await rm(path, { recursive: true, force: true });
  }

  async #store(key: string, zip: Uint8Array): Promise<void> {
    const directory = join(this.#directory, key);
    if (await exists(directory)) return;
    const partial = join(this.#directory, `partial-${key}-${randomBytes(4).toString('hex')}`);
    try {
      await mkdir(partial, { mode: 0o755 });
      await extractZip(zip, partial);
      await writeFile(`${partial}.zip`, zip, { mode: 0o600 });
      await rename(`${partial}.zip`, this.#zipFile(key));
      // Last: the directory is what says that all is there.
      await rename(partial, directory);
    } catch (error) {
      await Promise.all([
        rm(partial, { recursive: true, force: true }),
        rm(`${partial}.zip`, { force: true }),
      ]);
      throw error;
    }
  }

  #zipFile(key: string): string {
    return join(this.#directory, `${key}.zip`);
  }
}

/** Base64 has slashes: names of files are hexadecimal. */
function keyOf(sha256: string): string {
  return Buffer.from(sha256, 'base64').toString('hex');
}

async function bytesIn(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

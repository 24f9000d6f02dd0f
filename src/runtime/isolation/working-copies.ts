import { constants } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionSpec } from '../invocation.ts';

type Copy = { readonly path: Promise<string>; users: number };

/** A copy that is in use. */
export type WorkingCopy = {
  /** Absolute. */
  readonly path: string;
  /** Removes it when nobody else uses it. Idempotent. */
  release(): Promise<void>;
};

/**
 * A folder of its own for each version of a function, with what its package has: a handler may write beside its code
 * without changing what is kept of it, or what another function with the same package runs.
 */
export class WorkingCopies {
  readonly #directory: string;
  readonly #pid: number;
  readonly #copies = new Map<string, Copy>();
  #own: Promise<string> | undefined;

  /** @param directory absolute; made when it is first needed. */
  constructor(directory: string, pid: number = process.pid) {
    this.#directory = directory;
    this.#pid = pid;
  }

  /** Rejects with the file system's error: no space, above all. */
  async of({ arn, version = '$LATEST', root }: FunctionSpec): Promise<WorkingCopy> {
    const key = `${arn} ${version} ${root}`;
    const copy = this.#copies.get(key) ?? { path: this.#make(root), users: 0 };
    this.#copies.set(key, copy);
    copy.users += 1;
    try {
      return { path: await copy.path, release: once(() => this.#release(key, copy)) };
    } catch (error) {
      copy.users -= 1;
      this.#copies.delete(key);
      throw error;
    }
  }

  /** An empty folder, which whoever asked for it removes. */
  async temporary(): Promise<string> {
    return await mkdtemp(join(await this.#ownDirectory(), 'tmp-'));
  }

  /** Removes everything. */
  async close(): Promise<void> {
    const own = await this.#own?.catch(() => undefined);
    if (own !== undefined) await rm(own, { recursive: true, force: true, maxRetries: 3 });
  }

  async #make(root: string): Promise<string> {
    const path = await mkdtemp(join(await this.#ownDirectory(), 'task-'));
    try {
      // Shares the bytes until one of the two is written to, where the file system can.
      await cp(root, path, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
      return path;
    } catch (error) {
      await rm(path, { recursive: true, force: true });
      throw error;
    }
  }

  async #release(key: string, copy: Copy): Promise<void> {
    copy.users -= 1;
    if (copy.users > 0) return;
    if (this.#copies.get(key) === copy) this.#copies.delete(key);
    await rm(await copy.path, { recursive: true, force: true, maxRetries: 3 });
  }

  #ownDirectory(): Promise<string> {
    this.#own ??= this.#makeOwn();
    return this.#own;
  }

  /** With the number of this process in its name, so that those of processes that were killed can be told. */
  async #makeOwn(): Promise<string> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.#directory)) {
      const pid = Number(name.split('-')[0]);
      if (pid === this.#pid || isProcess(pid)) continue;
      await rm(join(this.#directory, name), { recursive: true, force: true });
    }
    return await mkdtemp(join(this.#directory, `${this.#pid}-`));
  }
}

/** Whether there is a process of this number on this machine, whoever's it is. */
export function isProcess(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function once(release: () => Promise<void>): () => Promise<void> {
  let released: Promise<void> | undefined;
  return () => {
    released ??= release();
    return released;
  };
}

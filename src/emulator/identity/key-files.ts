import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../json-object.ts';
import { makePrivateDirectory } from '../private-directory.ts';
import type { PolicyDocument } from './policy-document.ts';
import { policyProblems } from './policy-problems.ts';
import { BASE32 } from './roles.ts';

/** An access key as it is kept: whose it is and what it opens, without its secret. */
export type StoredKey = {
  /** `AKIALLX` and 13 letters. */
  readonly id: string;
  /** What its maker calls it: `ci`. */
  readonly name: string;
  /** As it was asked for: `invoke@orders`; `policy` for a policy of the maker's own. */
  readonly scope: string;
  readonly policy: PolicyDocument;
  /** Of the secret, see `secretHash`. */
  readonly hash: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601. @default never */
  readonly expiresAt?: string;
};

const ID = /^AKIALLX[A-Z2-7]{13}$/;

/** Whether an id may be one of these keys. Others name no file. */
export function isStoredKeyId(id: string): boolean {
  return ID.test(id);
}

/**
 * A directory with one file for each key: making and revoking one are single steps of the file system, whether or not a
 * server runs, and need no lock. Not in the state's database, which its emulator has for itself alone.
 */
export class KeyFiles {
  readonly #stateDirectory: string;
  readonly #directory: string;

  /** @param stateDirectory the emulator's, absolute; made when the first key is. */
  constructor(stateDirectory: string) {
    this.#stateDirectory = stateDirectory;
    this.#directory = join(stateDirectory, 'keys');
  }

  newId(random: (bytes: number) => Buffer = randomBytes): string {
    return `AKIALLX${[...random(13)].map((byte) => BASE32[byte & 31]).join('')}`;
  }

  /** Complete on disk when it returns. */
  write(key: StoredKey): void {
    // Nothing of either is anybody's to commit.
    makePrivateDirectory(this.#stateDirectory);
    makePrivateDirectory(this.#directory);
    const file = this.#file(key.id);
    const growing = `${file}.${randomBytes(6).toString('hex')}`;
    const descriptor = openSync(growing, 'wx', 0o600);
    try {
      writeSync(descriptor, `${JSON.stringify(key, undefined, 2)}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(growing, file);
  }

  /** What changes when a key's file does; undefined where there is no such key. Costs one call of the system. */
  stamp(id: string): string | undefined {
    if (!isStoredKeyId(id)) return undefined;
    const found = statSync(this.#file(id), { throwIfNoEntry: false });
    return found && `${found.ino} ${found.mtimeMs} ${found.size}`;
  }

  /** Undefined where there is no such key. Throws Error where its file is damaged. */
  read(id: string): StoredKey | undefined {
    if (this.stamp(id) === undefined) return undefined;
    const file = this.#file(id);
    const problem = new Error(`expected an access key in ${file}, found something else`);
    let written: unknown;
    try {
      written = JSON.parse(readFileSync(file, 'utf8'));
    } catch (cause) {
      throw new Error(problem.message, { cause });
    }
    if (!isStoredKey(written) || written.id !== id) throw problem;
    return written;
  }

  /** The oldest first. Throws Error where one is damaged. */
  list(): readonly StoredKey[] {
    return this.ids()
      .map((id) => this.read(id))
      .filter((key) => key !== undefined)
      .sort((one, other) => one.createdAt.localeCompare(other.createdAt) || one.id.localeCompare(other.id));
  }

  ids(): readonly string[] {
    let names: readonly string[];
    try {
      names = readdirSync(this.#directory);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    }
    return names.map((name) => name.replace(/\.json$/, '')).filter(isStoredKeyId);
  }

  /** False where there was no such key. */
  remove(id: string): boolean {
    if (this.stamp(id) === undefined) return false;
    rmSync(this.#file(id), { force: true });
    return true;
  }

  #file(id: string): string {
    return join(this.#directory, `${id}.json`);
  }
}

function isStoredKey(written: unknown): written is StoredKey {
  if (!isObject(written)) return false;
  const { id, name, scope, policy, hash, createdAt, expiresAt } = written;
  const texts = [id, name, scope, hash, createdAt, expiresAt ?? ''];
  return texts.every((value) => typeof value === 'string') && policyProblems(policy, 'identity').length === 0;
}

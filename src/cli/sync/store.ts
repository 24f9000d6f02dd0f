import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { LlxError } from '../../errors/llx-error.ts';
import { storeUnreadable } from './store-unreadable.ts';

/** Where packages of handlers are. */
export type Store = {
  /** What its functions, its API and its audit trail are marked with: `[a-z0-9-]`, up to 40. */
  readonly name: string;
  /** As the user wrote it. */
  readonly source: string;
  /**
   * A folder with everything that is in the store now. Rejects with LLX_STORE_UNREADABLE where that is not known.
   */
  refresh(signal: AbortSignal): Promise<string>;
  /** Idempotent. */
  close(): Promise<void>;
};

const LONGEST_SLUG = 31;
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/**
 * The name of a source: what it is called, and a bit of its whole address, because two folders called `handlers` are not the
 * same source and must not remove each other's functions.
 *
 * @param address absolute
 */
export function sourceName(address: string): string {
  const slug = basename(address)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, LONGEST_SLUG);
  const digest = createHash('sha256').update(address).digest('hex').slice(0, 8);
  return slug === '' ? digest : `${slug}-${digest}`.replaceAll('--', '-');
}

/** @throws LlxError LLX_USAGE */
export function checkSourceName(name: string): string {
  if (NAME.test(name)) return name;
  throw new LlxError('LLX_USAGE', {
    message: `Expected 1 to 40 of a-z, 0-9 and - as the name of a source, found "${name.slice(0, 60)}".`,
    mend: 'llx sync SOURCE --name handlers',
  });
}

/** A folder of packages. */
export function directoryStore(source: string, name: string): Store {
  const directory = resolve(source);
  return {
    name,
    source,
    async refresh() {
      try {
        const stats = await stat(directory);
        if (stats.isDirectory()) return directory;
      } catch (cause) {
        throw storeUnreadable(`Expected a folder of packages at ${directory}, found none.`, cause);
      }
      throw storeUnreadable(`Expected a folder of packages at ${directory}, found a file.`);
    },
    close: async () => undefined,
  };
}

/** What a source's name is made of: absolute, and the same by whatever link one comes. */
export async function directoryAddress(source: string): Promise<string> {
  // One that is not there yet, or not any more, is still named.
  return await realpath(source).catch(() => resolve(source));
}

import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { invalidParameter } from '../lambda/lambda-errors.ts';
import { entryPath, leavesPackage } from './entry-path.ts';

export type ZipLimits = {
  /** Of all that comes out. */
  readonly unzippedBytes: number;
  readonly entries: number;
};

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html; the number of entries is our own bound. */
export const LAMBDA_ZIP_LIMITS: ZipLimits = { unzippedBytes: 262_144_000, entries: 200_000 };

const MADE_BY_UNIX = 3;
const LONGEST_LINK_BYTES = 4096;

/**
 * Writes a package into a directory that is empty, as Lambda does: modes are kept, links too as long as they stay inside.
 * What the zip declares is not believed: sizes and checksums are of the bytes that come out. On an error the directory
 * holds a part of it.
 *
 * @throws AwsError 400 InvalidParameterValueException, with Lambda's texts
 */
export async function extractZip(
  zip: Uint8Array,
  directory: string,
  limits: ZipLimits = LAMBDA_ZIP_LIMITS,
): Promise<void> {
  let file: ZipFile | undefined;
  try {
    const bytes = Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength);
    // Strictly: else yauzl mends backslashes, and one zip would mean two things.
    file = await fromBufferPromise(bytes, { lazyEntries: true, strictFileNames: true });
    await new Extraction(file, directory, limits).run();
  } catch (error) {
    if (isOwn(error)) throw error;
    throw badZip(error instanceof Error ? error.message : String(error), error);
  } finally {
    file?.close();
  }
}

class Extraction {
  readonly #file: ZipFile;
  readonly #directory: string;
  readonly #limits: ZipLimits;
  /** Of files and links, and of the folders that are there. */
  readonly #paths = new Set<string>();
  readonly #folders = new Set<string>(['.']);
  readonly #links: { readonly path: string; readonly target: string }[] = [];
  #entries = 0;
  #bytes = 0;

  constructor(file: ZipFile, directory: string, limits: ZipLimits) {
    this.#file = file;
    this.#directory = directory;
    this.#limits = limits;
  }

  async run(): Promise<void> {
    for await (const entry of this.#file.eachEntry()) await this.#extract(entry);
    if (this.#paths.size === 0) throw invalidParameter('Uploaded file must be a non-empty zip');
    // Last, so that nothing is ever written through one.
    for (const { path, target } of this.#links) await symlink(target, join(this.#directory, path));
  }

  async #extract(entry: Entry): Promise<void> {
    this.#entries += 1;
    if (this.#entries > this.#limits.entries) throw tooMany(this.#limits);
    const named = entryPath(entry.fileName);
    if ('problem' in named) throw badZip(`the name ${shown(entry.fileName)} ${named.problem}`);
    if (entry.isEncrypted()) throw badZip(`${shown(entry.fileName)} is encrypted`);
    if (named.isDirectory) return await this.#makeFolder(named.path);
    await this.#makeFolder(dirname(named.path));
    this.#take(named.path);
    const type = modeOf(entry) & constants.S_IFMT;
    if (type === constants.S_IFLNK) return await this.#link(entry, named.path);
    if (type !== 0 && type !== constants.S_IFREG) {
      throw badZip(`${shown(entry.fileName)} is neither a file, a folder nor a symbolic link`);
    }
    await this.#write(entry, named.path);
  }

  async #makeFolder(path: string): Promise<void> {
    if (this.#folders.has(path)) return;
    await this.#makeFolder(dirname(path));
    if (this.#paths.has(path)) throw badZip(`${shown(path)} is both a file and a folder`);
    this.#folders.add(path);
    // A name of 4,096 characters makes two thousand of them, and a zip has thousands of names.
    if (this.#folders.size > this.#limits.entries) throw tooMany(this.#limits);
    await mkdir(join(this.#directory, path)).catch(existsTwice(path));
  }

  #take(path: string): void {
    if (this.#paths.has(path) || this.#folders.has(path))
      throw badZip(`the name ${shown(path)} is there twice`);
    this.#paths.add(path);
  }

  async #link(entry: Entry, path: string): Promise<void> {
    const chunks: Buffer[] = [];
    let length = 0;
    await this.#read(entry, async (chunk) => {
      length += chunk.byteLength;
      if (length > LONGEST_LINK_BYTES) throw badZip(`the link ${shown(path)} is too long`);
      chunks.push(chunk);
    });
    const target = Buffer.concat(chunks).toString('utf8');
    if (leavesPackage(path, target)) throw badZip(`the link ${shown(path)} leads out of the package`);
    this.#links.push({ path, target });
  }

  async #write(entry: Entry, path: string): Promise<void> {
    // `wx`: where a file system takes two names for one, the second must not go over the first.
    const file: FileHandle = await open(join(this.#directory, path), 'wx', permissionsOf(entry)).catch(
      existsTwice(path),
    );
    try {
      await this.#read(entry, async (chunk) => void (await file.writeFile(chunk)));
    } finally {
      await file.close();
    }
  }

  async #read(entry: Entry, take: (chunk: Buffer) => Promise<void>): Promise<void> {
    let checksum = 0;
    const stream = await this.#file.openReadStreamPromise(entry);
    try {
      for await (const chunk of stream) {
        this.#bytes += chunk.byteLength;
        if (this.#bytes > this.#limits.unzippedBytes) {
          throw invalidParameter(`Unzipped size must be smaller than ${this.#limits.unzippedBytes} bytes`);
        }
        checksum = crc32(chunk, checksum);
        await take(chunk);
      }
    } finally {
      stream.destroy();
    }
    if (checksum !== entry.crc32) throw badZip(`the checksum of ${shown(entry.fileName)} does not fit`);
  }
}

/** As `stat` has it; 0 where the zip was made by a system that has none. */
function modeOf(entry: Entry): number {
  return entry.versionMadeBy >>> 8 === MADE_BY_UNIX ? entry.externalFileAttributes >>> 16 : 0;
}

/** Its owner, who is the emulator, can always read it. */
function permissionsOf(entry: Entry): number {
  const mode = modeOf(entry);
  return mode === 0 ? 0o644 : (mode & 0o777) | 0o600;
}

function existsTwice(path: string): (error: unknown) => never {
  return (error) => {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw isThere ? badZip(`the name ${shown(path)} is there twice`, error) : error;
  };
}

/** Lambda says the first sentence of all of them. */
function badZip(reason: string, cause?: unknown): Error {
  return invalidParameter(
    `Could not unzip uploaded file. Please check your file, then try to upload again. (${reason})`,
    cause,
  );
}

function tooMany({ entries }: ZipLimits): Error {
  return badZip(`it has more than ${entries} entries`);
}

function isOwn(error: unknown): boolean {
  return error instanceof Error && error.name === 'AwsError';
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 200));
}

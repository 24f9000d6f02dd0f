import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { LAMBDA_ZIP_LIMITS } from '../../../emulator/code/extract-zip.ts';
import { packageInvalid } from './package-invalid.ts';

/** A file of a package. */
export type PackageFile = {
  /** Relative, with slashes. */
  readonly path: string;
  /** A link's content is where it leads. */
  readonly content: Uint8Array;
  readonly type: 'file' | 'program' | 'link';
};

const LINK = 0o120000;
const TYPE = 0o170000;
const EXECUTABLE = 0o100;

/** Beside what begins with a dot: what a run or an installation leaves behind. */
const LEFT_OUT = ['__pycache__', 'cdk.out', 'node_modules/.bin', 'node_modules/.cache'];

/**
 * The files of a folder as they go into a package, sorted. What begins with a dot stays out (`.env`, `.git`), but not in
 * `node_modules`, where packages make such folders; `include` brings single ones in.
 *
 * @param directory absolute
 * @param include relative paths of files or folders
 * @throws LlxError LLX_PACKAGE_INVALID for more than Lambda takes, and for a link that leads out of the folder
 */
export async function packageFiles(
  directory: string,
  include: readonly string[] = [],
): Promise<readonly PackageFile[]> {
  const walk = new Walk(directory);
  await walk.folder('', isLeftOut);
  await walk.include(include);
  return walk.sorted();
}

/** Only what `include` names. */
export async function includedFiles(
  directory: string,
  include: readonly string[],
): Promise<readonly PackageFile[]> {
  const walk = new Walk(directory);
  await walk.include(include);
  return walk.sorted();
}

function isLeftOut(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (LEFT_OUT.some((each) => path === each || path.endsWith(`/${each}`))) return true;
  return name.startsWith('.') && !/(?:^|\/)node_modules\//.test(path);
}

class Walk {
  readonly #directory: string;
  readonly #files = new Map<string, PackageFile>();
  #bytes = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async folder(path: string, leavesOut: (path: string) => boolean): Promise<void> {
    const entries = await readdir(join(this.#directory, path)).catch((cause: unknown): never => {
      throw packageInvalid(`Expected a folder that can be read, found ${join(this.#directory, path)}.`, {
        cause,
      });
    });
    for (const name of entries) {
      const each = path === '' ? name : `${path}/${name}`;
      if (!leavesOut(each)) await this.#add(each, leavesOut);
    }
  }

  async include(paths: readonly string[]): Promise<void> {
    for (const written of paths) {
      const path = relative(this.#directory, resolve(this.#directory, written)).split(sep).join('/');
      if (path === '' || path.startsWith('..')) {
        throw packageInvalid(
          `Expected --include to name a file or folder in ${this.#directory}, found "${written}".`,
        );
      }
      await this.#add(path, () => false).catch((cause: unknown) => {
        throw isMissing(cause)
          ? packageInvalid(`Expected ${path} in ${this.#directory}, found no such file or folder.`, { cause })
          : cause;
      });
    }
  }

  sorted(): readonly PackageFile[] {
    return [...this.#files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async #add(path: string, leavesOut: (path: string) => boolean): Promise<void> {
    const file = join(this.#directory, path);
    const stats = await lstat(file);
    if (stats.isDirectory()) return await this.folder(path, leavesOut);
    if ((stats.mode & TYPE) === LINK) {
      const target = await readlink(file);
      if (leadsOut(path, target)) {
        throw packageInvalid(`Expected links that stay in the folder, found ${path} → ${target}.`, {
          mend: 'Copy what it leads to, or bundle the function (without --no-bundle).',
        });
      }
      this.#files.set(path, { path, content: Buffer.from(target), type: 'link' });
    } else if (stats.isFile()) {
      this.#bytes += stats.size;
      if (this.#bytes > LAMBDA_ZIP_LIMITS.unzippedBytes) throw tooLarge(this.#directory);
      // Windows has no such modes, and the program of a runtime must have one.
      const isProgram = (stats.mode & EXECUTABLE) !== 0 || path === 'bootstrap';
      const content = await readFile(file).catch((cause: unknown): never => {
        throw packageInvalid(`Expected files that can be read, found ${path}, which cannot.`, { cause });
      });
      this.#files.set(path, { path, content, type: isProgram ? 'program' : 'file' });
    }
    if (this.#files.size > LAMBDA_ZIP_LIMITS.entries) throw tooLarge(this.#directory);
  }
}

function leadsOut(path: string, target: string): boolean {
  const place = relative('/package', resolve('/package', dirname(path), target));
  return target.startsWith('/') || place.startsWith('..');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function tooLarge(directory: string): Error {
  const { unzippedBytes, entries } = LAMBDA_ZIP_LIMITS;
  return packageInvalid(
    `Expected at most ${unzippedBytes} bytes in at most ${entries} files, as Lambda takes them, found more in ${directory}.`,
    {
      mend: 'Deploy a smaller folder, or one that llx bundles: with a package.json, and without --no-bundle.',
    },
  );
}

import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { invalidParameter } from '../lambda/lambda-errors.ts';
import { LAMBDA_ZIP_LIMITS } from './extract-zip.ts';

/** The same for the same content: the earliest that a zip can say. */
const MTIME = new Date(1980, 0, 1, 12);

/**
 * A developer's directory as a package: files with their modes, and links as links. The same content gives the same
 * bytes, so that nothing is published twice.
 *
 * @throws AwsError 400 InvalidParameterValueException for a directory that is missing or larger than a package may be
 */
export async function zipDirectory(directory: string): Promise<Uint8Array> {
  const zip = new ZipFile();
  const bytes = buffer(zip.outputStream);
  let size = 0;
  for (const path of await filesIn(directory)) {
    const file = join(directory, path);
    const { mode, size: fileSize } = await lstat(file);
    const isLink = (mode & 0o170000) === 0o120000;
    if (!isLink) size += fileSize;
    if (size > LAMBDA_ZIP_LIMITS.unzippedBytes) {
      throw invalidParameter(`Unzipped size must be smaller than ${LAMBDA_ZIP_LIMITS.unzippedBytes} bytes`);
    }
    const content = isLink ? Buffer.from(await readlink(file)) : await readFile(file);
    zip.addBuffer(content, path, { mtime: MTIME, mode });
  }
  zip.end();
  return await bytes;
}

/** Relative, with slashes, sorted; neither folders nor sockets and devices. */
async function filesIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    (cause: unknown): never => {
      throw invalidParameter(`The directory ${directory} cannot be read.`, cause);
    },
  );
  return entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
}

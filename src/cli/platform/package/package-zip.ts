import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import type { PackageFile } from './package-files.ts';
import { packageInvalid } from './package-invalid.ts';

/** Of a package that comes with the request; a larger one has to come from S3. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LONGEST_ZIP = 52_428_800;

/** The earliest that a zip can say, in local time as zips have it: the same bytes on every machine. */
const MTIME = new Date(1980, 0, 1);

const MODES = { file: 0o100644, program: 0o100755, link: 0o120777 } as const;

/**
 * The same bytes for the same files, so that nothing is published twice: neither times nor the modes of this machine are in it.
 *
 * @param files sorted
 * @throws LlxError LLX_PACKAGE_INVALID for nothing, and for more than a request can carry
 */
export async function packageZip(files: readonly PackageFile[]): Promise<Uint8Array> {
  if (files.length === 0) throw packageInvalid('Expected files in the folder, found none.');
  const zip = new ZipFile();
  const bytes = buffer(zip.outputStream);
  for (const { path, content, type } of files) {
    // Else the time would be there once more, in seconds since 1970, which depend on the time zone.
    const options = { mtime: MTIME, mode: MODES[type], forceDosTimestamp: true };
    zip.addBuffer(Buffer.from(content.buffer, content.byteOffset, content.byteLength), path, options);
  }
  zip.end();
  const whole = await bytes;
  if (whole.byteLength <= LONGEST_ZIP) return whole;
  throw packageInvalid(
    `Expected a package of at most ${LONGEST_ZIP} bytes, as Lambda takes it directly, found ${whole.byteLength}.`,
    { mend: 'Move what is large into a layer, or bundle the function (without --no-bundle).' },
  );
}

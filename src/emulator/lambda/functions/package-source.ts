import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { CodeStore } from '../../code/code-store.ts';
import { AwsError } from '../../http/aws-error.ts';
import { invalidParameter } from '../lambda-errors.ts';
import type { FunctionCode } from './function-settings.ts';
import type { Members } from './members.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 50 MB, directly. */
const LONGEST_ZIP = 52_428_800;

/** Buckets that mean: the key is a directory on this machine. The second is LocalStack's word for it. */
const LOCAL_BUCKETS = ['__local__', 'hot-reload'];

const WHAT_IS_TAKEN =
  "llx's emulator takes code as ZipFile, or as a directory of this machine: S3Bucket __local__ and the directory's absolute path as S3Key.";

/**
 * The code that a request brings: a package is stored, a directory is only looked at.
 *
 * @param members `Code` of CreateFunction, the request of UpdateFunctionCode, or `Content` of PublishLayerVersion
 * @throws AwsError 400 InvalidParameterValueException, 413 RequestEntityTooLargeException
 */
export async function readPackage(members: Members, code: CodeStore): Promise<FunctionCode['package']> {
  const zip = members.text('ZipFile');
  const bucket = members.text('S3Bucket');
  const key = members.text('S3Key');
  if (!members.isEmpty('ImageUri')) throw invalidParameter(`Images cannot run here. ${WHAT_IS_TAKEN}`);
  if (zip !== undefined) return { kind: 'zip', ...(await code.put(decodeZip(zip))) };
  if (bucket === undefined) throw invalidParameter('Please provide a source for function code.');
  if (!code.takesDirectories) {
    throw invalidParameter('This server takes code as ZipFile: others than this machine can reach it.');
  }
  if (!LOCAL_BUCKETS.includes(bucket)) throw invalidParameter(`There is no S3 here. ${WHAT_IS_TAKEN}`);
  return { kind: 'directory', path: await checkedDirectory(key) };
}

function decodeZip(base64: string): Buffer {
  const zip = Buffer.from(base64, 'base64');
  if (zip.byteLength === 0) throw invalidParameter('Uploaded file must be a non-empty zip');
  if (zip.byteLength <= LONGEST_ZIP) return zip;
  throw new AwsError(413, 'RequestEntityTooLargeException', {
    Type: 'User',
    message: `Zipped size must be smaller than ${LONGEST_ZIP} bytes`,
  });
}

async function checkedDirectory(path: string | undefined): Promise<string> {
  if (path === undefined || path === '' || !isAbsolute(path) || path.includes('\0')) {
    throw invalidParameter(
      `S3Key must be the absolute path of a directory, not ${JSON.stringify(path ?? '')}.`,
    );
  }
  const found = await stat(path).catch((): undefined => undefined);
  if (!found?.isDirectory()) throw invalidParameter(`There is no directory ${path} on this machine.`);
  return path;
}

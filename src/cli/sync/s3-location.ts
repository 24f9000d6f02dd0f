import { LlxError } from '../../errors/llx-error.ts';

/** `s3://bucket/prefix` */
export type S3Location = { readonly bucket: string; readonly prefix: string };

/** Undefined for what is no address of S3. Throws LlxError LLX_USAGE for a bad one. */
export function s3Location(source: string): S3Location | undefined {
  if (!/^s3:/i.test(source)) return undefined;
  const [, bucket, prefix = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(source) ?? [];
  if (bucket !== undefined) return { bucket, prefix: prefix.replace(/\/+$/, '') };
  throw new LlxError('LLX_USAGE', {
    message: `Expected an address such as s3://bucket/prefix, found "${source.slice(0, 200)}".`,
    mend: 'llx sync s3://my-handlers/production',
  });
}

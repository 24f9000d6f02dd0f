import { createHash } from 'node:crypto';
import type { PackageFile } from '../platform/package/package-files.ts';
import { METADATA_FILE, type PackageMetadata } from './package-metadata.ts';

/** A package of the store, read and verified. */
export type HandlerPackage = PackageMetadata & {
  /** Where it is in the store: `users-find` or `users-find.zip`. */
  readonly place: string;
  readonly functionName: string;
  /** Of everything in it, the metadata included: what is deployed is compared by it. */
  readonly digest: string;
  /** What is deployed; sorted, without the metadata, which may say secrets of the environment. */
  readonly files: readonly PackageFile[];
};

/** `users/find` → `users-find` */
export function functionNameOf(control: string): string {
  return control.replaceAll('/', '-');
}

/**
 * What `sha256` in a metadata file says: the SHA-256 of what `sha256sum` prints of the files, sorted by their paths, so that
 * any build can make it. Of the metadata file itself it says nothing, and so a folder and a zip of it have the same.
 */
export function contentHash(files: readonly PackageFile[]): string {
  const lines = files
    .filter(({ path }) => path !== METADATA_FILE)
    .map(({ path, content }) => `${sha256(content)}  ${path}\n`);
  return sha256(lines.join(''));
}

export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

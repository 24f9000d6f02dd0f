import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { LlxError } from '../../errors/llx-error.ts';
import { explainAwsFailure } from '../live/aws-failure.ts';
import type { S3Location } from './s3-location.ts';
import type { Store } from './store.ts';
import { storeUnreadable } from './store-unreadable.ts';

type S3Entry = { readonly path: string; readonly key: string; readonly etag: string; readonly size: number };

const MOST_OBJECTS = 100_000;
const MOST_BYTES = 4 * 1024 ** 3;
const AT_ONCE = 8;

/**
 * Packages in S3. They are mirrored into a folder of this machine: what has the same ETag is not downloaded again, and a file
 * of the mirror is whole or not there.
 */
export class S3Store implements Store {
  readonly name: string;
  readonly source: string;
  readonly #client: S3Client;
  readonly #location: S3Location;
  /** What the mirror has: ETag by path. */
  readonly #etags = new Map<string, string>();
  #mirror: string | undefined;
  #downloads = 0;

  constructor(
    client: S3Client,
    { name, source, location }: { name: string; source: string; location: S3Location },
  ) {
    this.#client = client;
    this.name = name;
    this.source = source;
    this.#location = location;
  }

  async refresh(signal: AbortSignal): Promise<string> {
    try {
      this.#mirror ??= await mkdtemp(join(tmpdir(), 'llx-sync-'));
      const listed = await this.#list(signal);
      await this.#removeOthers(this.#mirror, listed);
      await this.#download(this.#mirror, listed, signal);
      return this.#mirror;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof LlxError) throw error;
      await this.#forgetMirror(error);
      const { bucket } = this.#location;
      const attempt = { action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/*` };
      const explained = explainAwsFailure(error, attempt);
      const text = explained instanceof Error ? explained.message : String(explained);
      throw storeUnreadable(`Expected to read all of ${this.source}. ${text}`, error);
    }
  }

  async close(): Promise<void> {
    this.#client.destroy();
    await this.#removeMirror();
  }

  /** Where a folder became a file, or a file a folder, the next round begins anew. */
  async #forgetMirror(error: unknown): Promise<void> {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (['EISDIR', 'ENOTDIR', 'EEXIST', 'ENOTEMPTY'].includes(String(code))) await this.#removeMirror();
  }

  async #removeMirror(): Promise<void> {
    this.#etags.clear();
    const mirror = this.#mirror;
    this.#mirror = undefined;
    if (mirror !== undefined) await rm(mirror, { recursive: true, force: true, maxRetries: 3 });
  }

  async #list(abortSignal: AbortSignal): Promise<readonly S3Entry[]> {
    const { bucket: Bucket, prefix } = this.#location;
    const Prefix = prefix === '' ? '' : `${prefix}/`;
    const entries: S3Entry[] = [];
    let bytes = 0;
    let ContinuationToken: string | undefined;
    do {
      const page = await this.#client.send(
        new ListObjectsV2Command({
          Bucket,
          Prefix,
          ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
        }),
        { abortSignal },
      );
      for (const { Key: key = '', ETag: etag = '', Size: size = 0 } of page.Contents ?? []) {
        const path = key.slice(Prefix.length);
        // What consoles make to show an empty folder.
        if (path === '' || path.endsWith('/')) continue;
        if (posix.normalize(`/${path}`) !== `/${path}` || path.includes('\\') || path.includes('\0')) {
          throw storeUnreadable(`Expected keys that are paths of files in ${this.source}, found "${key}".`);
        }
        entries.push({ path, key, etag, size });
        bytes += size;
      }
      if (entries.length > MOST_OBJECTS || bytes > MOST_BYTES) {
        throw storeUnreadable(
          `Expected at most ${MOST_OBJECTS} objects of at most ${MOST_BYTES} bytes in ${this.source}, found more.`,
        );
      }
      ContinuationToken = page.NextContinuationToken;
      if (page.IsTruncated === true && !ContinuationToken) {
        throw storeUnreadable(`Expected the whole list of ${this.source}, found a part of it.`);
      }
    } while (ContinuationToken !== undefined);
    return entries;
  }

  async #removeOthers(mirror: string, listed: readonly S3Entry[]): Promise<void> {
    const paths = new Set(listed.map(({ path }) => path));
    for (const path of [...this.#etags.keys()].filter((each) => !paths.has(each))) {
      this.#etags.delete(path);
      await rm(join(mirror, path), { force: true });
    }
  }

  async #download(mirror: string, listed: readonly S3Entry[], signal: AbortSignal): Promise<void> {
    const waiting = listed.filter(({ path, etag }) => this.#etags.get(path) !== etag || etag === '');
    const lane = async (): Promise<void> => {
      for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
        await this.#downloadOne(mirror, entry, signal);
      }
    };
    const giveUp = (error: unknown): never => {
      waiting.length = 0;
      throw error;
    };
    const lanes = Array.from({ length: AT_ONCE }, () => lane().catch(giveUp));
    // All of them: none may write into the mirror of a later round.
    const failed = (await Promise.allSettled(lanes)).find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #downloadOne(mirror: string, { path, key, etag, size }: S3Entry, signal: AbortSignal): Promise<void> {
    // What was listed, or nothing: an object may be replaced at this moment.
    const { Body } = await this.#client.send(
      new GetObjectCommand({
        Bucket: this.#location.bucket,
        Key: key,
        ...(etag === '' ? {} : { IfMatch: etag }),
      }),
      { abortSignal: signal },
    );
    if (!(Body instanceof Readable)) throw new Error(`no content of ${key}`);
    const file = join(mirror, path);
    await mkdir(dirname(file), { recursive: true });
    // Of a name that is never a package's: it begins with a dot.
    this.#downloads += 1;
    const partial = join(mirror, `.partial-${this.#downloads}`);
    const written = createWriteStream(partial, { mode: 0o600 });
    await pipeline(Body, written, { signal });
    if (written.bytesWritten !== size) {
      throw new Error(`expected ${size} bytes of ${key}, found ${written.bytesWritten}`);
    }
    await rename(partial, file);
    this.#etags.set(path, etag);
  }
}

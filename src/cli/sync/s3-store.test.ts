import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contentHash } from './handler-package.ts';
import { readPackages } from './read-packages.ts';
import { s3Location } from './s3-location.ts';
import { type StandInS3, startStandInS3 } from './s3-store.test-support.ts';
import { S3Store } from './s3-store.ts';

const { signal } = new AbortController();
const METADATA = {
  control: 'users/find',
  version: '1.0.0',
  runtime: 'nodejs24.x',
  handler: 'index.handler',
};

let s3: StandInS3;
let store: S3Store;
beforeEach(async () => {
  s3 = await startStandInS3('handlers');
  const client = new S3Client({
    endpoint: s3.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
  });
  const source = 's3://handlers/live';
  store = new S3Store(client, { name: 'live', source, location: { bucket: 'handlers', prefix: 'live' } });
  put('live/users/llx.package.json', JSON.stringify(METADATA));
  put('live/users/index.mjs', 'export const handler = () => 1;');
  put('live/users/lib/deep.mjs', 'export {};');
  put('live/', '');
  put('lively/other.txt', 'of another prefix');
});
afterEach(async () => {
  await store.close();
  await s3.close();
});

const put = (key: string, text: string) => s3.objects.set(key, Buffer.from(text));

describe('a store in S3', () => {
  test('is mirrored with all of its pages, and read as a folder is', async () => {
    const mirror = await store.refresh(signal);
    const { packages, unreadable } = await readPackages(mirror);
    expect(unreadable).toEqual([]);
    expect(packages).toMatchObject([{ control: 'users/find', place: 'users', functionName: 'users-find' }]);
    expect(packages[0]?.files.map(({ path }) => path)).toEqual(['index.mjs', 'lib/deep.mjs']);
    expect(contentHash(packages[0]?.files ?? [])).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is downloaded once, and then only what has changed', async () => {
    await store.refresh(signal);
    s3.downloads.length = 0;
    put('live/users/index.mjs', 'export const handler = () => 2;');
    s3.objects.delete('live/users/lib/deep.mjs');
    const mirror = await store.refresh(signal);
    expect(s3.downloads).toEqual(['live/users/index.mjs']);
    expect(await readFile(join(mirror, 'users', 'index.mjs'), 'utf8')).toBe(
      'export const handler = () => 2;',
    );
    expect(existsSync(join(mirror, 'users', 'lib', 'deep.mjs'))).toBe(false);
  });

  test('whose list says that it goes on, and not where, is unreadable', async () => {
    s3.cut = true;
    await expect(store.refresh(signal)).rejects.toMatchObject({
      code: 'LLX_STORE_UNREADABLE',
      message: 'Expected the whole list of s3://handlers/live, found a part of it.',
    });
  });

  test('of which a page or an object cannot be read is unreadable as a whole, and read again later', async () => {
    s3.fault = ({ page }) => (page === 1 ? 500 : undefined);
    await expect(store.refresh(signal)).rejects.toMatchObject({ code: 'LLX_STORE_UNREADABLE' });
    s3.fault = ({ key }) => (key === 'live/users/index.mjs' ? 403 : undefined);
    await expect(store.refresh(signal)).rejects.toMatchObject({ code: 'LLX_STORE_UNREADABLE' });
    s3.fault = () => undefined;
    expect((await readPackages(await store.refresh(signal))).packages).toHaveLength(1);
  });

  test('of which an object is replaced while it is read is unreadable for this time', async () => {
    s3.fault = ({ key }) => {
      if (key === 'live/users/index.mjs') put(key, 'export const handler = () => 3;');
      return undefined;
    };
    await expect(store.refresh(signal)).rejects.toMatchObject({ code: 'LLX_STORE_UNREADABLE' });
  });

  test('takes no key that leads out of its mirror', async () => {
    put('live/../../etc/passwd', 'root');
    await expect(store.refresh(signal)).rejects.toMatchObject({
      code: 'LLX_STORE_UNREADABLE',
      message: 'Expected keys that are paths of files in s3://handlers/live, found "live/../../etc/passwd".',
    });
  });

  test('takes a file where a folder was', async () => {
    await store.refresh(signal);
    for (const key of [...s3.objects.keys()]) s3.objects.delete(key);
    put('live/users', 'a file');
    // The mirror begins anew with the next round.
    await expect(store.refresh(signal)).rejects.toMatchObject({ code: 'LLX_STORE_UNREADABLE' });
    expect(await readFile(join(await store.refresh(signal), 'users'), 'utf8')).toBe('a file');
  });

  test('leaves no mirror behind', async () => {
    const mirror = await store.refresh(signal);
    await store.close();
    await store.close();
    expect(existsSync(mirror)).toBe(false);
  });
});

test.each([
  ['s3://bucket', { bucket: 'bucket', prefix: '' }],
  ['s3://my.bucket-1/a/b/', { bucket: 'my.bucket-1', prefix: 'a/b' }],
  ['./folder', undefined],
  ['/s3:/x', undefined],
])('the address %s is %j', (source, location) => {
  expect(s3Location(source)).toEqual(location);
});

test.each(['s3:/bucket', 's3://B', 's3://', 's3:bucket/x'])('%s is no address', (source) => {
  expect(() => s3Location(source)).toThrow(/Expected an address such as s3:\/\/bucket\/prefix/);
});

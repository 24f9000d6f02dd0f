import { lstat, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ZipContent, zipOf } from '../lambda/functions/functions.test-support.ts';
import { extractZip, LAMBDA_ZIP_LIMITS } from './extract-zip.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-zip-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const LINK = 0o120777;

async function extract(content: ZipContent): Promise<readonly string[]> {
  await extractZip(await zipOf(content), directory);
  return (await readdir(directory, { recursive: true })).sort();
}

function refused(reason: string): unknown {
  return expect.objectContaining({
    statusCode: 400,
    type: 'InvalidParameterValueException',
    body: {
      Type: 'User',
      message: `Could not unzip uploaded file. Please check your file, then try to upload again. (${reason})`,
    },
  });
}

test('files come out with their content and their modes', async () => {
  const files = await extract({
    'index.mjs': 'export const handler = 1;',
    bootstrap: { text: '#!/bin/sh', mode: 0o100755 },
    'lib/deep/data.txt': 'data',
  });
  expect(files).toEqual(['bootstrap', 'index.mjs', 'lib', 'lib/deep', 'lib/deep/data.txt']);
  expect(await readFile(join(directory, 'lib/deep/data.txt'), 'utf8')).toBe('data');
  expect((await lstat(join(directory, 'bootstrap'))).mode & 0o777).toBe(0o755);
  expect((await lstat(join(directory, 'index.mjs'))).mode & 0o777).toBe(0o644);
});

test('setuid is not kept, and what nobody may read can still be read by its owner', async () => {
  await extract({ tool: { text: 'x', mode: 0o104111 } });
  expect((await lstat(join(directory, 'tool'))).mode & 0o7777).toBe(0o711);
});

test('a link inside of the package stays a link', async () => {
  await extract({ 'lib/run.js': 'x', 'bin/run': { text: '../lib/run.js', mode: LINK } });
  expect(await readlink(join(directory, 'bin/run'))).toBe('../lib/run.js');
});

describe('a zip is refused, and nothing is written beside the directory', () => {
  test('with a link that leads out', async () => {
    await expect(extract({ out: { text: '/etc', mode: LINK } })).rejects.toEqual(
      refused('the link "out" leads out of the package'),
    );
  });

  test('with a file behind a link', async () => {
    const content = { out: { text: 'lib', mode: LINK }, 'out/file': 'x' };
    await expect(extract(content)).rejects.toEqual(refused('"out" is both a file and a folder'));
  });

  test.each([
    ['../up', 'invalid relative path: ../up'],
    ['/abs', 'absolute path: /abs'],
    ['a\\b', 'invalid characters in fileName: a\\b'],
    ['C:/x', 'absolute path: C:/x'],
    ['a\0b', 'the name "a\\u0000b" has a NUL character'],
  ])('with the name %s', async (name, reason) => {
    // yazl writes no such name: a good one of the same length is replaced.
    const placeholder = 'p'.repeat(name.length);
    const zip = Buffer.from(await zipOf({ [placeholder]: 'x' }));
    const bad = Buffer.from(zip.toString('latin1').replaceAll(placeholder, name), 'latin1');
    await expect(extractZip(bad, directory)).rejects.toEqual(refused(reason));
    expect(await readdir(directory)).toEqual([]);
  });

  test('with a name that is there twice', async () => {
    const zip = Buffer.from(await zipOf({ aa: '1', ab: '2' }));
    const bad = Buffer.from(zip.toString('latin1').replaceAll('ab', 'aa'), 'latin1');
    await expect(extractZip(bad, directory)).rejects.toEqual(refused('the name "aa" is there twice'));
  });

  test('with an encrypted file', async () => {
    const zip = Buffer.from(await zipOf({ secret: 'x' }));
    // The first bit of the flags, in the central directory: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.4.4
    const flags = zip.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02])) + 8;
    zip.writeUInt16LE(zip.readUInt16LE(flags) | 1, flags);
    await expect(extractZip(zip, directory)).rejects.toEqual(refused('"secret" is encrypted'));
  });

  test('with a content that does not fit its checksum', async () => {
    const zip = Buffer.from(await zipOf({ data: 'x' }));
    const checksum = zip.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02])) + 16;
    zip.writeUInt32LE(1, checksum);
    await expect(extractZip(zip, directory)).rejects.toEqual(refused('the checksum of "data" does not fit'));
  });

  test('that is none', async () => {
    await expect(extractZip(Buffer.from('not a zip'), directory)).rejects.toMatchObject({
      statusCode: 400,
      type: 'InvalidParameterValueException',
    });
  });

  test('that is empty', async () => {
    await expect(extract({})).rejects.toMatchObject({
      body: { message: 'Uploaded file must be a non-empty zip' },
    });
  });

  test('whose names make more folders than there may be entries', async () => {
    const zip = await zipOf({ [`${'a/'.repeat(2_000)}f`]: '' });
    await expect(extractZip(zip, directory, { ...LAMBDA_ZIP_LIMITS, entries: 100 })).rejects.toEqual(
      refused('it has more than 100 entries'),
    );
  });

  test('with more entries than there may be', async () => {
    const zip = await zipOf({ a: '', b: '', c: '' });
    await expect(extractZip(zip, directory, { ...LAMBDA_ZIP_LIMITS, entries: 2 })).rejects.toEqual(
      refused('it has more than 2 entries'),
    );
  });
});

test('a bomb is stopped when it has come out as far as a package may be large', async () => {
  const zip = await zipOf({ bomb: '0'.repeat(4_000_000) });
  expect(zip.byteLength).toBeLessThan(10_000);
  await expect(extractZip(zip, directory, { unzippedBytes: 100_000, entries: 10 })).rejects.toMatchObject({
    body: { message: 'Unzipped size must be smaller than 100000 bytes' },
  });
  expect((await lstat(join(directory, 'bomb'))).size).toBeLessThanOrEqual(100_000);
});

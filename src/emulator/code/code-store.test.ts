import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { START, zipOf } from '../lambda/functions/functions.test-support.ts';
import { TestClock } from '../service.test-support.ts';
import { CodeStore } from './code-store.ts';

let directory: string;
let clock: TestClock;
let store: CodeStore;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-code-'));
  clock = new TestClock(START);
  store = new CodeStore({ directory, clock });
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const kept = async (): Promise<readonly string[]> => await readdir(join(directory, 'code'));

test('a package is told apart by its hash, and the same one is there once', async () => {
  const zip = await zipOf({ 'index.mjs': 'export {}' });
  const hash = createHash('sha256').update(zip);
  const [one, other] = await Promise.all([store.put(zip), store.put(zip)]);
  expect(one).toEqual({ sha256: hash.copy().digest('base64'), size: zip.byteLength });
  expect(other).toEqual(one);
  const hex = hash.digest('hex');
  expect(store.directoryOf(one.sha256)).toBe(join(directory, 'code', hex));
  expect(await kept()).toEqual([hex, `${hex}.zip`]);
  expect(await readFile(join(store.directoryOf(one.sha256), 'index.mjs'), 'utf8')).toBe('export {}');
  expect(await buffer(store.readZip(one.sha256))).toEqual(Buffer.from(zip));
});

test('what is no package leaves nothing behind', async () => {
  await expect(store.put(Buffer.from('no zip'))).rejects.toMatchObject({ statusCode: 400 });
  expect(await kept()).toEqual([]);
});

test('code that nothing refers to stays as long as something may run in it', async () => {
  const { sha256 } = await store.put(await zipOf({ a: 'x' }));
  const used = await store.put(await zipOf({ b: 'y' }));
  clock.advance(29 * 60_000);
  await store.removeUnused([used.sha256]);
  expect(await kept()).toHaveLength(4);
  store.release(sha256);
  clock.advance(2 * 60_000);
  await store.removeUnused([used.sha256]);
  expect(await kept()).toHaveLength(4);
  clock.advance(28 * 60_000);
  await store.removeUnused([used.sha256]);
  const hex = Buffer.from(used.sha256, 'base64').toString('hex');
  expect(await kept()).toEqual([hex, `${hex}.zip`]);
});

test('what a killed process left half done is removed, and stored again when it comes again', async () => {
  const zip = await zipOf({ a: 'x' });
  const hex = createHash('sha256').update(zip).digest('hex');
  await mkdir(join(directory, 'code', `partial-${hex}-01234567`));
  await store.removeUnused([]);
  expect(await kept()).toEqual([]);
  await store.put(zip);
  expect(await kept()).toEqual([hex, `${hex}.zip`]);
});

test('cleaning begins soon after the start, and again after code may have become unused', async () => {
  await mkdir(join(directory, 'code', 'partial-00-00000000'));
  let asked = 0;
  const asking = Promise.withResolvers<void>();
  const end = store.keepClean(
    () => {
      asked += 1;
      asking.resolve();
      return [];
    },
    (error) => expect.fail(String(error)),
  );
  expect(asked).toBe(0);
  clock.advance(10_000);
  expect(asked).toBe(1);
  clock.advance(30 * 60_000);
  expect(asked).toBe(1);
  store.release('AAAA');
  clock.advance(30 * 60_000);
  expect(asked).toBe(2);
  end();
  store.release('AAAA');
  clock.advance(60 * 60_000);
  expect(asked).toBe(2);
});

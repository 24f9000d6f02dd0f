import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { workerProfile } from '../generation-workers.ts';
import { createSpawnWorker } from '../spawn-worker.ts';
import { BOOTSTRAP, functionSpec, HANDLERS, invoke } from '../worker.test-support.ts';
import type { Worker } from '../worker.ts';
import { isolateProcesses } from './isolated-process.ts';
import { WorkingCopies } from './working-copies.ts';

let directory: string;
let root: string;
let copies: WorkingCopies;
let workers: Worker[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-isolation-'));
  root = join(directory, 'package');
  await cp(join(HANDLERS, 'isolation.mjs'), join(root, 'isolation.mjs'));
  copies = new WorkingCopies(join(directory, 'work'));
  workers = [];
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.kill()));
  await copies.close();
  await rm(directory, { recursive: true, maxRetries: 5 });
});

async function load(
  name: string,
  environment: Record<string, string> = {},
  file = join(root, 'isolation.mjs'),
): Promise<Worker> {
  const spec = functionSpec({
    name,
    arn: `arn:aws:lambda:eu-west-1:000000000000:function:${name}`,
    root,
    environment,
    stored: true,
  });
  const worker = isolateProcesses(
    createSpawnWorker({ bootstrapFile: BOOTSTRAP }),
    copies,
  )(workerProfile(spec));
  workers.push(worker);
  const code = { file, exportPath: 'places' };
  const outcome = await worker.load(spec, code, { environmentOf: () => ({ FROM: 'llx' }) });
  if (outcome.status === 'failed') throw new Error(Buffer.from(outcome.payload).toString());
  return worker;
}

type Places = { readonly root: string; readonly directory: string; readonly temporary: string };

async function placesOf(worker: Worker): Promise<Places> {
  return (await invoke(worker)).answer as Places;
}

test('a function works in a copy of its package, which another function with the same one does not see', async () => {
  const [orders, users] = [await placesOf(await load('orders')), await placesOf(await load('users'))];
  expect([orders.directory, users.directory]).toEqual([orders.root, users.root]);
  expect(new Set([orders.root, users.root, root]).size).toBe(3);
  expect(await readdir(root)).toEqual(['isolation.mjs']);
  expect((await readdir(orders.root)).sort()).toEqual(['isolation.mjs', 'written']);
});

test('a handler of a layer is run where the layer is, beside a copy of the package', async () => {
  const layer = join(directory, 'a', 'layer', 'handler.mjs');
  await cp(join(HANDLERS, 'isolation.mjs'), layer);
  const { root: copy } = await placesOf(await load('orders', {}, layer));
  expect([copy === root, (await readdir(copy)).includes('isolation.mjs')]).toEqual([false, true]);
});

test('each worker has a temporary directory of its own, which goes with it; the copy goes with the last', async () => {
  const [first, second] = [await load('orders'), await load('orders')];
  const [one, other] = [await placesOf(first), await placesOf(second)];
  expect([one.root === other.root, one.temporary === other.temporary]).toEqual([true, false]);
  await first.kill();
  await expect.poll(() => readdir(one.temporary).catch(() => 'removed')).toBe('removed');
  expect(await readdir(other.root)).toHaveLength(2);
  await second.kill();
  await expect.poll(() => readdir(other.root).catch(() => 'removed')).toBe('removed');
});

test('a function that names a temporary directory itself has that', async () => {
  const own = await mkdtemp(join(directory, 'own-'));
  expect((await placesOf(await load('orders', { TMPDIR: own }))).temporary).toBe(own);
});

test('what a llx that was killed has left is removed by the next, what one that runs has is not', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  for (const name of [`${pid}-left`, `${process.ppid}-used`]) {
    await mkdir(join(directory, 'work', name), { recursive: true });
    await writeFile(join(directory, 'work', name, 'file'), '');
  }
  await load('orders');
  const names = await readdir(join(directory, 'work'));
  expect(names.filter((name) => !name.startsWith(`${process.pid}-`))).toEqual([`${process.ppid}-used`]);
  await copies.close();
});

test('a copy that cannot be made fails the start with the reason, and the next start tries again', async () => {
  const missing = functionSpec({ root: join(directory, 'missing') });
  await expect(copies.of(missing)).rejects.toThrow('ENOENT');
  await mkdir(missing.root);
  const copy = await copies.of(missing);
  expect(await readdir(copy.path)).toEqual([]);
  await copy.release();
  await copy.release();
  await expect(readdir(copy.path)).rejects.toThrow('ENOENT');
});

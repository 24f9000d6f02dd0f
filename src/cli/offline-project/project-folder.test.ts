import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openProjectFolder } from './project-folder.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'llx-folder-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

test('is another for each, and leaves nothing when it is closed', async () => {
  const [one, other] = [await openProjectFolder(root), await openProjectFolder(root)];
  expect(one.path).not.toBe(other.path);
  for (const { path } of [one, other]) mkdirSync(path, { recursive: true });
  writeFileSync(join(one.path, 'bundle.mjs'), '');
  await one.close();
  expect(readdirSync(join(root, '.llx'))).toHaveLength(1);
  await other.close();
  expect(existsSync(join(root, '.llx'))).toBe(false);
});

test('keeps what others have beside it', async () => {
  mkdirSync(join(root, '.llx', 'emulator'), { recursive: true });
  await (await openProjectFolder(root)).close();
  expect(readdirSync(join(root, '.llx'))).toEqual(['emulator']);
});

test('of a process that was killed is taken away a day later', async () => {
  const killed = await openProjectFolder(root);
  mkdirSync(killed.path, { recursive: true });
  await openProjectFolder(root);
  expect(existsSync(killed.path)).toBe(true);
  await openProjectFolder(root, () => Date.now() + 25 * 60 * 60 * 1000);
  expect(existsSync(killed.path)).toBe(false);
});

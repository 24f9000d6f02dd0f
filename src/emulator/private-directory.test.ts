import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePrivateDirectory } from './private-directory.ts';

let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'llx-private-'));
});

afterEach(() => rmSync(parent, { recursive: true }));

test('a directory that is made is its owner’s alone, and kept out of git', () => {
  const directory = join(parent, '.llx', 'emulator');
  makePrivateDirectory(directory);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(readFileSync(join(directory, '.gitignore'), 'utf8')).toBe('*\n');
});

test('one that is there is left as it is', () => {
  makePrivateDirectory(parent);
  expect(readdirSync(parent)).toEqual([]);
});

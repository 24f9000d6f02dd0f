import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KeyFiles } from '../emulator/identity/key-files.ts';
import { createKey, listKeys, revokeKeys } from './run-keys.ts';

const NOW = new Date('2026-11-21T09:30:00Z');

let directory: string;
let flags: { readonly masterKey: string };
let written: string;

const io = () => ({
  stdout: { write: (text: string) => (written += text) },
  now: () => NOW,
  directory,
});

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-run-keys-'));
  flags = { masterKey: join(directory, 'config', 'master.key') };
  written = '';
});

afterEach(() => rm(directory, { recursive: true, force: true }));

/** What was written since the last call. */
function output(): string {
  const text = written;
  written = '';
  return text;
}

test('a key is printed as a shell takes it, once, and kept beside the project', async () => {
  expect(await createKey('ci', { ...flags, scope: ['invoke@orders'], expires: 86_400_000 }, io())).toBe(0);
  const [, id = '', secret = ''] =
    /^export AWS_ACCESS_KEY_ID=(\w+)\nexport AWS_SECRET_ACCESS_KEY=([\w-]{40})\n/.exec(written) ?? [];
  expect(output()).toBe(
    `export AWS_ACCESS_KEY_ID=${id}\nexport AWS_SECRET_ACCESS_KEY=${secret}\n# ci: invoke@orders, until 2026-11-22T09:30:00.000Z. The secret is not shown again.\n`,
  );
  const file = join(directory, '.llx', 'emulator', 'keys', `${id}.json`);
  expect(await readFile(file, 'utf8')).not.toContain(secret);
  await listKeys(flags, io());
  expect(output()).toBe(
    `${id}  ci  invoke@orders (made 2026-11-21T09:30:00.000Z, until 2026-11-22T09:30:00.000Z)\n`,
  );
});

test('keys are JSON for scripts', async () => {
  await createKey('ci', { ...flags, json: true }, io());
  const { secretAccessKey, ...key } = JSON.parse(output()) as Record<string, unknown>;
  expect(secretAccessKey).toMatch(/^[\w-]{40}$/);
  expect(key).toEqual({
    type: 'key',
    id: expect.stringMatching(/^AKIALLX[A-Z2-7]{13}$/),
    name: 'ci',
    scope: 'admin',
    createdAt: '2026-11-21T09:30:00.000Z',
  });
  await listKeys({ ...flags, json: true }, io());
  expect(JSON.parse(output())).toEqual(key);
});

test('keys are revoked by name or id, or not at all where one of them is not known', async () => {
  for (const name of ['ci', 'ci', 'alice']) await createKey(name, flags, io());
  const files = new KeyFiles(join(directory, '.llx', 'emulator'));
  const alice = files.list().find(({ name }) => name === 'alice')?.id ?? '';
  await expect(revokeKeys(['ci', 'bob'], flags, io())).rejects.toMatchObject({
    code: 'LLX_KEY_UNKNOWN',
    message: 'Expected a key of the id or name "bob", found none.',
  });
  expect(files.ids()).toHaveLength(3);
  output();
  await revokeKeys(['ci'], flags, io());
  expect(files.ids()).toEqual([alice]);
  output();
  await revokeKeys([alice, 'alice'], { ...flags, json: true }, io());
  expect(output()).toBe(`{"type":"revoked","id":"${alice}"}\n`);
  await listKeys(flags, io());
  expect(output()).toBe('There are no keys: llx keys create NAME\n');
});

test('--all ends also a key whose file is damaged', async () => {
  await createKey('ci', flags, io());
  const files = new KeyFiles(join(directory, '.llx', 'emulator'));
  const [id = ''] = files.ids();
  await writeFile(join(directory, '.llx', 'emulator', 'keys', `${id}.json`), '{');
  await revokeKeys([], { ...flags, all: true }, io());
  expect(files.ids()).toEqual([]);
});

test('a policy of one’s own is taken from a file, and checked', async () => {
  const policy = join(directory, 'policy.json');
  const Statement = [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' }];
  await writeFile(policy, JSON.stringify({ Version: '2012-10-17', Statement }));
  await createKey('queue', { ...flags, policy }, io());
  const [key] = new KeyFiles(join(directory, '.llx', 'emulator')).list();
  expect([key?.scope, key?.policy]).toEqual(['policy', { Version: '2012-10-17', Statement }]);
  await writeFile(policy, '{"Statement":[]}');
  await expect(createKey('queue', { ...flags, policy }, io())).rejects.toMatchObject({
    code: 'LLX_USAGE',
    message: `Expected an IAM policy in ${policy}:\n  .Statement: expected at least one statement.`,
  });
});

test.each([
  ['a name with a space', () => createKey('a b', flags, io())],
  ['an unknown scope', () => createKey('a', { ...flags, scope: ['all'] }, io())],
  ['both a scope and a policy', () => createKey('a', { ...flags, scope: ['read'], policy: 'x' }, io())],
  ['nothing to revoke', () => revokeKeys([], flags, io())],
])('%s is refused', async (_what, run) => {
  await expect(run()).rejects.toMatchObject({ code: 'LLX_USAGE' });
});

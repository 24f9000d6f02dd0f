import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openState } from './open-state.ts';
import { integerOf } from './rows.ts';
import type { State } from './state.ts';

const COUNTERS = ['CREATE TABLE counters (n INTEGER NOT NULL) STRICT'];
const OPEN_STATE = fileURLToPath(new URL('./open-state.ts', import.meta.url));

let directory: string;
let opened: State[];

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'llx-state-')), 'emulator');
  opened = [];
});

afterEach(async () => {
  for (const state of opened) state.close();
  await rm(join(directory, '..'), { recursive: true, force: true });
});

function open(migrations: readonly string[] = COUNTERS): State {
  const state = openState({ directory, migrations });
  opened.push(state);
  return state;
}

function count(state: State): number {
  return integerOf(state.statement('SELECT count(*) AS n FROM counters').get() ?? {}, 'n');
}

function add(state: State): void {
  state.statement('INSERT INTO counters VALUES (1)').run();
}

test('what was written is there when it is opened again, for its owner alone', async () => {
  const state = open();
  add(state);
  state.close();
  state.close();
  expect(count(open())).toBe(1);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  for (const file of await readdir(directory)) {
    expect([file, (await stat(join(directory, file))).mode & 0o777]).toEqual([file, 0o600]);
  }
});

test('a transaction writes all or nothing', () => {
  const state = open();
  expect(
    state.transaction(() => {
      add(state);
      add(state);
      return count(state);
    }),
  ).toBe(2);
  expect(() =>
    state.transaction(() => {
      add(state);
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(count(state)).toBe(2);
});

test('a statement of the same text is compiled once', () => {
  const state = open();
  expect(state.statement('SELECT 1')).toBe(state.statement('SELECT 1'));
});

test('an older schema is brought up to date, keeping what it has', () => {
  const old = open();
  add(old);
  old.close();
  const state = open([...COUNTERS, 'ALTER TABLE counters ADD COLUMN name TEXT']);
  expect(state.statement('SELECT * FROM counters').all()).toEqual([{ n: 1, name: null }]);
});

test('a migration that fails changes nothing', () => {
  open().close();
  expect(() => open([...COUNTERS, 'CREATE TABLE more (n); CREATE TABLE more (n)'])).toThrow(/more/);
  expect(() => open().statement('SELECT * FROM more')).toThrow(/no such table/);
});

describe('a state is refused', () => {
  test('that a newer llx wrote, which is left as it is', () => {
    open([...COUNTERS, 'CREATE TABLE more (n)']).close();
    expect(() => open()).toThrow(
      expect.objectContaining({
        code: 'LLX_STATE_NEWER',
        message: `expected a state of schema 1 or older in ${join(directory, 'state.sqlite')}, found schema 2: a newer llx wrote it`,
      }),
    );
    open([...COUNTERS, 'CREATE TABLE more (n)']);
  });

  test('that another emulator has opened', () => {
    open();
    expect(() => open()).toThrow(expect.objectContaining({ code: 'LLX_STATE_IN_USE' }));
  });

  test('where there is a file in place of its directory', async () => {
    await writeFile(directory, '');
    expect(() => open()).toThrow(expect.objectContaining({ code: 'LLX_STATE_UNWRITABLE' }));
  });

  test('that is no database', async () => {
    open().close();
    await writeFile(
      join(directory, 'state.sqlite'),
      'not a database, and long enough to be read as one'.repeat(30),
    );
    expect(() => open()).toThrow(expect.objectContaining({ code: 'LLX_STATE_DAMAGED' }));
  });
});

test('a process that is killed loses nothing that it has written, and its lock ends with it', async () => {
  const program = `
    const { openState } = await import(${JSON.stringify(OPEN_STATE)});
    const state = openState({ directory: ${JSON.stringify(directory)}, migrations: ${JSON.stringify(COUNTERS)} });
    for (let n = 0; ; n += 1) {
      state.transaction(() => state.statement('INSERT INTO counters VALUES (1)').run());
      process.stdout.write('.');
      await new Promise(setImmediate);
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
  let acknowledged = 0;
  let warnings = '';
  child.stderr.on('data', (chunk: Buffer) => {
    warnings += chunk.toString();
  });
  child.stdout.on('data', (chunk: Buffer) => {
    acknowledged += chunk.byteLength;
    if (acknowledged > 50) child.kill('SIGKILL');
  });
  await once(child, 'close');
  expect(count(open())).toBeGreaterThanOrEqual(acknowledged);
  // Also the experimental warning of node:sqlite, which nobody can do anything about.
  expect(warnings).toBe('');
});

test('an ephemeral state leaves no database behind', async () => {
  const state = openState({ directory, ephemeral: true, migrations: COUNTERS });
  add(state);
  state.close();
  await expect(stat(join(directory, 'state.sqlite'))).rejects.toThrow('ENOENT');
});

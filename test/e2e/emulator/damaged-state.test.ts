import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openState, stateFile } from '../../../src/emulator/state/open-state.ts';
import { runLlx } from '../../support/llx-process.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'llx-damaged-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

/** Overwrites the first page of a table, which is read when its service begins. */
function damage(table: string): void {
  const state = openState({ directory });
  const page = state.database.prepare('SELECT rootpage FROM sqlite_master WHERE name = ?').get(table);
  const size = state.database.prepare('PRAGMA page_size').get();
  state.close();
  const bytes = Number(size?.page_size);
  const file = openSync(stateFile(directory), 'r+');
  writeSync(file, Buffer.alloc(bytes, 0x5a), 0, bytes, (Number(page?.rootpage) - 1) * bytes);
  closeSync(file);
}

test.each(['sqs_move_tasks', 'lambda_reserved_concurrency', 'lambda_versions'])(
  'a state of which %s is damaged is told as that, with what mends it',
  async (table) => {
    damage(table);
    const flags = ['--port', '0', '--mqtt-port', '0', '--wss-port', '0', '--mtls-port', '0'];
    const { code, stderr } = await runLlx(['emulator', '--data', directory, ...flags], { cwd: directory });
    const file = stateFile(directory);
    expect(stderr).toContain(
      `LLX_STATE_DAMAGED: expected a SQLite database in ${file}, found: database disk image is malformed`,
    );
    expect(stderr).toContain(`mv '${file}' '${file}.damaged'`);
    expect(code).toBe(2);
  },
);

import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { StatementSync } from 'node:sqlite';
import { LlxError } from '../../errors/llx-error.ts';
import { makePrivateDirectory } from '../private-directory.ts';
import { MIGRATIONS } from './migrations.ts';
import { loadSqlite } from './sqlite.ts';
import type { State } from './state.ts';
import { stateError } from './state-error.ts';

export type StateOptions = {
  /** Absolute; the database's and the code's. Made where it is missing, for its owner alone and not for git. */
  readonly directory: string;
  /** The database is in memory: only code comes into the directory, which its owner removes. @default false */
  readonly ephemeral?: boolean;
  /** @default those of this llx */
  readonly migrations?: readonly string[];
};

/** Of a state that is not ephemeral. */
export function stateFile(directory: string): string {
  return join(directory, 'state.sqlite');
}

/**
 * Opens the emulator's state, and brings it to this llx's schema.
 *
 * What a transaction wrote is safe from `kill -9` of the process when it returns (WAL, `synchronous=NORMAL`); only a
 * crash of the whole machine may lose the newest of it, never half of one: https://sqlite.org/pragma.html#pragma_synchronous
 *
 * @throws LlxError LLX_STATE_IN_USE, LLX_STATE_NEWER, LLX_STATE_DAMAGED or LLX_STATE_UNWRITABLE
 */
export function openState(options: StateOptions): State {
  const { directory, ephemeral = false, migrations = MIGRATIONS } = options;
  const file = ephemeral ? ':memory:' : stateFile(directory);
  const { DatabaseSync } = loadSqlite();
  let database: InstanceType<typeof DatabaseSync> | undefined;
  try {
    makePrivateDirectory(directory);
    // Functions have secrets in their variables, and the directory may be the user's own, open to everybody.
    if (!ephemeral) closeSync(openSync(file, 'a', 0o600));
    database = new DatabaseSync(file);
    // Exclusive, so that a second emulator is told at once instead of working on the same queues.
    database.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN EXCLUSIVE; COMMIT',
    );
    // A checkpoint waits for the disk, and every message of a queue is a transaction: at SQLite's 4 MB the disk was
    // what most of their time went to. 16 MB are read back in milliseconds after a kill.
    database.exec('PRAGMA wal_autocheckpoint = 4000');
    migrate(database, migrations, file);
    return stateOver(database, directory);
  } catch (error) {
    database?.close();
    throw stateError(error, { file, directory });
  }
}

type Database = State['database'];

function migrate(database: Database, migrations: readonly string[], file: string): void {
  const row = database.prepare('PRAGMA user_version').get();
  const found = Number(row?.user_version ?? 0);
  if (found > migrations.length) {
    throw new LlxError('LLX_STATE_NEWER', {
      message: `expected a state of schema ${migrations.length} or older in ${file}, found schema ${found}: a newer llx wrote it`,
      mend: 'start the newer llx: npx llx@latest emulator, or another folder: llx emulator --data DIR',
    });
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < found) continue;
    transaction(database, () => {
      database.exec(sql);
      database.exec(`PRAGMA user_version = ${index + 1}`);
    });
  }
}

function stateOver(database: Database, directory: string): State {
  const statements = new Map<string, StatementSync>();
  let isOpen = true;
  return {
    database,
    directory,
    statement(sql) {
      const known = statements.get(sql);
      if (known) return known;
      const prepared = database.prepare(sql);
      statements.set(sql, prepared);
      return prepared;
    },
    transaction: (work) => transaction(database, work),
    close() {
      if (!isOpen) return;
      isOpen = false;
      statements.clear();
      database.close();
    },
  };
}

function transaction<T>(database: Database, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has rolled back by itself where the disk is full, and says so.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

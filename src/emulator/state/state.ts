import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** What the emulator keeps: one database, and beside it the code of functions and layers by its hash. */
export type State = {
  /** Tables are made by the migrations in `migrations.ts`. Statements run at once: nothing else in this process writes. */
  readonly database: DatabaseSync;
  /** Absolute; where code is kept. */
  readonly directory: string;
  /** The prepared statement of this text, which is compiled once. Texts must be constants: each one is kept. */
  statement(sql: string): StatementSync;
  /** All or nothing; what it returns has been written when it returns. Not to be nested. */
  transaction<T>(work: () => T): T;
  /** Idempotent. */
  close(): void;
};

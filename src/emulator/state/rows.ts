/** A row as SQLite gives it: what a column holds is known by the tables, and checked here. */
export type Row = Readonly<Record<string, unknown>>;

/** @throws TypeError where the tables and the code do not agree */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw unexpected(column, 'a text', value);
  return value;
}

/** @throws TypeError where the tables and the code do not agree */
export function integerOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw unexpected(column, 'an integer', value);
  return value;
}

function unexpected(column: string, expected: string, value: unknown): TypeError {
  return new TypeError(`expected ${expected} in the column ${column}, found ${typeof value}`);
}

/**
 * What this schema's own code has written as JSON. Another shape of it needs a migration, as another column would.
 *
 * @throws SyntaxError, TypeError where the tables and the code do not agree
 */
export function jsonOf<T>(row: Row, column: string): T {
  const value: T = JSON.parse(textOf(row, column));
  return value;
}

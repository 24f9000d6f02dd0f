import { textOf } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';

/** Tags of functions in SQL, of those of the configuration, too. */
export class TagTable {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  of(functionName: string): Readonly<Record<string, string>> {
    const sql = 'SELECT key, value FROM lambda_tags WHERE function_name = ? ORDER BY key';
    const rows = this.#state.statement(sql).all(functionName);
    return Object.fromEntries(rows.map((row) => [textOf(row, 'key'), textOf(row, 'value')]));
  }

  put(functionName: string, tags: Readonly<Record<string, string>>): void {
    const statement = this.#state.statement('INSERT OR REPLACE INTO lambda_tags VALUES (?, ?, ?)');
    for (const [key, value] of Object.entries(tags)) statement.run(functionName, key, value);
  }

  delete(functionName: string, keys: readonly string[]): void {
    const statement = this.#state.statement('DELETE FROM lambda_tags WHERE function_name = ? AND key = ?');
    for (const key of keys) statement.run(functionName, key);
  }
}

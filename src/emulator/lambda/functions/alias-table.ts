import { integerOf, jsonOf, type Row, textOf } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';

export type FunctionAlias = {
  readonly functionName: string;
  readonly name: string;
  /** 0 is `$LATEST`. */
  readonly version: number;
  readonly description: string;
  /** By the number of another version: the part of invocations that it gets. */
  readonly weights: Readonly<Record<string, number>>;
  readonly revisionId: string;
};

const COLUMNS = 'function_name, name, version, description, weights, revision_id';

/** Aliases of functions in SQL. */
export class AliasTable {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  get(functionName: string, name: string): FunctionAlias | undefined {
    const sql = `SELECT ${COLUMNS} FROM lambda_aliases WHERE function_name = ? AND name = ?`;
    const row = this.#state.statement(sql).get(functionName, name);
    return row === undefined ? undefined : aliasOf(row);
  }

  put({ functionName, name, version, description, weights, revisionId }: FunctionAlias): void {
    this.#state
      .statement(`INSERT OR REPLACE INTO lambda_aliases (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`)
      .run(functionName, name, version, description, JSON.stringify(weights), revisionId);
  }

  delete(functionName: string, name: string): void {
    this.#state
      .statement('DELETE FROM lambda_aliases WHERE function_name = ? AND name = ?')
      .run(functionName, name);
  }

  after(functionName: string, name: string, limit: number): readonly FunctionAlias[] {
    const sql = `SELECT ${COLUMNS} FROM lambda_aliases WHERE function_name = ? AND name > ? ORDER BY name LIMIT ?`;
    return this.#state.statement(sql).all(functionName, name, limit).map(aliasOf);
  }

  /** All of a function: there are few. */
  ofFunction(functionName: string): readonly FunctionAlias[] {
    return this.after(functionName, '', -1);
  }
}

function aliasOf(row: Row): FunctionAlias {
  return {
    functionName: textOf(row, 'function_name'),
    name: textOf(row, 'name'),
    version: integerOf(row, 'version'),
    description: textOf(row, 'description'),
    weights: jsonOf<Record<string, number>>(row, 'weights'),
    revisionId: textOf(row, 'revision_id'),
  };
}

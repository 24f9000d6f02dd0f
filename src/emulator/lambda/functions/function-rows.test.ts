import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryState } from '../../service.test-support.ts';
import { textOf } from '../../state/rows.ts';
import { deleteFunctionRows, deleteQualifierRows } from './function-rows.ts';

/** Of functions that are gone, too: no number is given twice. */
const KEPT = 'lambda_version_numbers';

let state: ReturnType<typeof temporaryState>;

beforeEach(() => {
  state = temporaryState();
});

afterEach(() => state.remove());

/** All tables of the schema that have a column of this name. */
function tablesWith(column: string): readonly string[] {
  const sql = `SELECT t.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
    WHERE t.type = 'table' AND c.name = ? ORDER BY t.name`;
  return state.database
    .prepare(sql)
    .all(column)
    .map((row) => textOf(row, 'name'));
}

/** A row in each table that knows functions. */
function fill(functionName: string, qualifier: string): void {
  for (const table of tablesWith('function_name')) {
    const columns = state.database.prepare('SELECT name, type FROM pragma_table_info(?)').all(table);
    const values = columns.map(({ name, type }) => {
      if (name === 'function_name') return functionName;
      if (name === 'qualifier') return qualifier;
      if (name === 'id') return null;
      return type === 'INTEGER' ? 1 : type === 'BLOB' ? new Uint8Array() : `${functionName} ${qualifier}`;
    });
    const places = values.map(() => '?').join(', ');
    state.database.prepare(`INSERT OR REPLACE INTO ${table} VALUES (${places})`).run(...values);
  }
}

function tablesOf(functionName: string, column = 'function_name', qualifier = '%'): readonly string[] {
  return tablesWith(column).filter((table) => {
    const also = column === 'qualifier' ? 'AND qualifier LIKE ?' : 'AND ? IS NOT NULL';
    const sql = `SELECT 1 FROM ${table} WHERE function_name = ? ${also}`;
    return state.database.prepare(sql).get(functionName, qualifier) !== undefined;
  });
}

test('a function leaves nothing but the number of its last version', () => {
  fill('bills', '1');
  fill('orders', '1');
  deleteFunctionRows(state, 'bills');
  expect(tablesOf('bills')).toEqual([KEPT]);
  expect(tablesOf('orders')).toEqual(tablesWith('function_name'));
});

test('a version or an alias leaves only the events that wait for it', () => {
  fill('bills', '1');
  fill('bills', '2');
  deleteQualifierRows(state, 'bills', '1');
  expect(tablesOf('bills', 'qualifier', '1')).toEqual(['lambda_async_events']);
  expect(tablesOf('bills', 'qualifier', '2')).toEqual(tablesWith('qualifier'));
});

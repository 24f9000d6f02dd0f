import { textOf } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';
import type { RecursionGuard, RecursiveLoop } from './recursion-guard.ts';

/** Which functions may call themselves without end, kept in the state. */
export class RecursionSettings {
  readonly #state: State;
  readonly #guard: RecursionGuard;

  constructor(state: State, guard: RecursionGuard) {
    this.#state = state;
    this.#guard = guard;
    for (const row of state.statement('SELECT function_name FROM lambda_allowed_loops').all()) {
      guard.configure(textOf(row, 'function_name'), 'Allow');
    }
  }

  get(functionName: string): RecursiveLoop {
    return this.#guard.configOf(functionName);
  }

  put(functionName: string, loop: RecursiveLoop): void {
    const sql =
      loop === 'Allow'
        ? 'INSERT OR REPLACE INTO lambda_allowed_loops (function_name) VALUES (?)'
        : 'DELETE FROM lambda_allowed_loops WHERE function_name = ?';
    this.#state.statement(sql).run(functionName);
    this.#guard.configure(functionName, loop);
  }

  functionDeleted(functionName: string): void {
    this.put(functionName, 'Terminate');
  }
}

import type { ApiOperation } from '../../http/api-operation.ts';
import { textOf } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import { constraintError, unqualifiedTarget } from './operation-target.ts';
import type { RecursionGuard, RecursiveLoop } from './recursion-guard.ts';

const PATH = '/2024-08-31/functions/{FunctionName}/recursion-config';

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
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html */
export function recursionOperations(
  registry: FunctionRegistry,
  settings: RecursionSettings,
): readonly ApiOperation[] {
  return [
    {
      name: 'GetFunctionRecursionConfig',
      route: { method: 'GET', path: PATH },
      support: 'supported',
      handle(call) {
        const name = unqualifiedTarget(call, registry, 'lambda:GetFunctionRecursionConfig');
        return { output: { RecursiveLoop: settings.get(name) } };
      },
    },
    {
      name: 'PutFunctionRecursionConfig',
      route: { method: 'PUT', path: PATH },
      support: 'supported',
      handle(call) {
        const name = unqualifiedTarget(call, registry, 'lambda:PutFunctionRecursionConfig');
        const loop = call.input.RecursiveLoop;
        if (loop !== 'Allow' && loop !== 'Terminate') {
          throw constraintError('recursiveLoop', loop, 'satisfy enum value set: [Allow, Terminate]');
        }
        settings.put(name, loop);
        return { output: { RecursiveLoop: loop } };
      },
    },
  ];
}

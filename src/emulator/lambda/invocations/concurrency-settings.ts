import { AwsError } from '../../http/aws-error.ts';
import { integerOf, textOf } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';
import { type ConcurrencyLimits, UNRESERVED_MINIMUM } from './concurrency-limits.ts';

/** The reserved concurrency of functions, kept in the state and held to by the limits. */
export class ConcurrencySettings {
  readonly #state: State;
  readonly #limits: ConcurrencyLimits;

  constructor(state: State, limits: ConcurrencyLimits) {
    this.#state = state;
    this.#limits = limits;
    for (const row of state.statement('SELECT * FROM lambda_reserved_concurrency').all()) {
      limits.reserve(textOf(row, 'function_name'), integerOf(row, 'executions'));
    }
  }

  get(functionName: string): number | undefined {
    return this.#limits.reservedOf(functionName);
  }

  /** @throws AwsError 400 InvalidParameterValueException when too little would be left for all other functions. */
  put(functionName: string, executions: number): void {
    const left = this.#limits.unreserved + (this.get(functionName) ?? 0) - executions;
    if (left < UNRESERVED_MINIMUM) {
      throw new AwsError(400, 'InvalidParameterValueException', {
        Type: 'User',
        message: `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${UNRESERVED_MINIMUM}].`,
      });
    }
    this.#state
      .statement(
        'INSERT OR REPLACE INTO lambda_reserved_concurrency (function_name, executions) VALUES (?, ?)',
      )
      .run(functionName, executions);
    this.#limits.reserve(functionName, executions);
  }

  delete(functionName: string): void {
    this.#state
      .statement('DELETE FROM lambda_reserved_concurrency WHERE function_name = ?')
      .run(functionName);
    this.#limits.reserve(functionName, undefined);
  }
}

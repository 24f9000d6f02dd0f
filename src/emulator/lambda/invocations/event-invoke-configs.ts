import { integerOf, type Row } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';

/** How the asynchronous invocations of a function, a version or an alias are tried, and where they end. */
export type EventInvokeConfig = {
  readonly maximumRetries?: number;
  readonly maximumAgeSeconds?: number;
  /** ARN of a queue or a function. */
  readonly onSuccess?: string;
  /** ARN of a queue or a function. */
  readonly onFailure?: string;
  /** Epoch milliseconds. */
  readonly lastModified: number;
};

/** What holds where nothing is configured: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html */
export const DEFAULT_RETRIES = 2;
export const DEFAULT_AGE_SECONDS = 21_600;

/** Who invokes with `$LATEST`, and who names no qualifier, means the same. */
const LATEST = '$LATEST';

export class EventInvokeConfigs {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  get(functionName: string, qualifier = LATEST): EventInvokeConfig | undefined {
    const sql = 'SELECT * FROM lambda_event_invoke_configs WHERE function_name = ? AND qualifier = ?';
    const row = this.#state.statement(sql).get(functionName, qualifier);
    return row === undefined ? undefined : configOf(row);
  }

  put(functionName: string, qualifier: string | undefined, config: EventInvokeConfig): void {
    const sql = `INSERT OR REPLACE INTO lambda_event_invoke_configs
      (function_name, qualifier, maximum_retries, maximum_age_seconds, on_success, on_failure, last_modified)
      VALUES (?, ?, ?, ?, ?, ?, ?)`;
    this.#state
      .statement(sql)
      .run(
        functionName,
        qualifier ?? LATEST,
        config.maximumRetries ?? null,
        config.maximumAgeSeconds ?? null,
        config.onSuccess ?? null,
        config.onFailure ?? null,
        config.lastModified,
      );
  }

  /** Whether there was one. */
  delete(functionName: string, qualifier = LATEST): boolean {
    const sql = 'DELETE FROM lambda_event_invoke_configs WHERE function_name = ? AND qualifier = ?';
    return Number(this.#state.statement(sql).run(functionName, qualifier).changes) > 0;
  }

  /** By qualifier, in its order, after `after`. */
  list(
    functionName: string,
    after: string,
    limit: number,
  ): readonly (readonly [string, EventInvokeConfig])[] {
    const sql = `SELECT * FROM lambda_event_invoke_configs WHERE function_name = ? AND qualifier > ?
      ORDER BY qualifier LIMIT ?`;
    const rows = this.#state.statement(sql).all(functionName, after, limit);
    return rows.map((row) => [String(row.qualifier), configOf(row)]);
  }

  functionDeleted(functionName: string): void {
    this.#state
      .statement('DELETE FROM lambda_event_invoke_configs WHERE function_name = ?')
      .run(functionName);
  }
}

function configOf(row: Row): EventInvokeConfig {
  return {
    ...(row.maximum_retries === null ? {} : { maximumRetries: integerOf(row, 'maximum_retries') }),
    ...(row.maximum_age_seconds === null ? {} : { maximumAgeSeconds: integerOf(row, 'maximum_age_seconds') }),
    ...(typeof row.on_success === 'string' ? { onSuccess: row.on_success } : {}),
    ...(typeof row.on_failure === 'string' ? { onFailure: row.on_failure } : {}),
    lastModified: integerOf(row, 'last_modified'),
  };
}

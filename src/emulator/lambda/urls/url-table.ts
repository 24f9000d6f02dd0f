import { integerOf, type Row, textOf } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';
import type { FunctionUrl, UrlCors } from './function-url.ts';

const LATEST = '$LATEST';

/** The URLs of functions, as they are kept. */
export class UrlTable {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  put(url: FunctionUrl): void {
    const sql = `INSERT OR REPLACE INTO lambda_urls
      (url_id, function_name, qualifier, auth_type, invoke_mode, cors, created_at, last_modified)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
    this.#state
      .statement(sql)
      .run(
        url.urlId,
        url.functionName,
        url.qualifier ?? LATEST,
        url.authType,
        url.invokeMode,
        url.cors === undefined ? null : JSON.stringify(url.cors),
        url.createdAt,
        url.lastModified,
      );
  }

  byId(urlId: string): FunctionUrl | undefined {
    const row = this.#state.statement('SELECT * FROM lambda_urls WHERE url_id = ?').get(urlId);
    return row === undefined ? undefined : urlOf(row);
  }

  get(functionName: string, qualifier = LATEST): FunctionUrl | undefined {
    const sql = 'SELECT * FROM lambda_urls WHERE function_name = ? AND qualifier = ?';
    const row = this.#state.statement(sql).get(functionName, qualifier);
    return row === undefined ? undefined : urlOf(row);
  }

  /** By qualifier, in its order, after `after`. */
  list(functionName: string, after: string, limit: number): readonly FunctionUrl[] {
    const sql =
      'SELECT * FROM lambda_urls WHERE function_name = ? AND qualifier > ? ORDER BY qualifier LIMIT ?';
    return this.#state.statement(sql).all(functionName, after, limit).map(urlOf);
  }

  delete(urlId: string): void {
    this.#state.statement('DELETE FROM lambda_urls WHERE url_id = ?').run(urlId);
  }
}

function urlOf(row: Row): FunctionUrl {
  const qualifier = textOf(row, 'qualifier');
  return {
    urlId: textOf(row, 'url_id'),
    functionName: textOf(row, 'function_name'),
    qualifier: qualifier === LATEST ? undefined : qualifier,
    authType: textOf(row, 'auth_type') === 'NONE' ? 'NONE' : 'AWS_IAM',
    invokeMode: textOf(row, 'invoke_mode') === 'RESPONSE_STREAM' ? 'RESPONSE_STREAM' : 'BUFFERED',
    // Written by `put` alone.
    cors: row.cors === null ? undefined : (JSON.parse(textOf(row, 'cors')) as UrlCors),
    createdAt: integerOf(row, 'created_at'),
    lastModified: integerOf(row, 'last_modified'),
  };
}

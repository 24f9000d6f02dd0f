import { integerOf, jsonOf, type Row, textOf } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';
import type { FunctionCode, FunctionSettings, FunctionVersion } from './function-settings.ts';

/** Where a page of versions begins: after this one. */
export type VersionPosition = { readonly functionName: string; readonly version: number };

const COLUMNS = 'function_name, version, revision_id, last_modified, code, settings';

/** Versions of functions in SQL; `$LATEST` is version 0 of each. */
export class VersionTable {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  get(functionName: string, version: number): FunctionVersion | undefined {
    const sql = `SELECT ${COLUMNS} FROM lambda_versions WHERE function_name = ? AND version = ?`;
    const row = this.#state.statement(sql).get(functionName, version);
    return row === undefined ? undefined : versionOf(row);
  }

  exists(functionName: string, version: number): boolean {
    const sql = 'SELECT 1 FROM lambda_versions WHERE function_name = ? AND version = ?';
    return this.#state.statement(sql).get(functionName, version) !== undefined;
  }

  /** The newest that is published. */
  newest(functionName: string): FunctionVersion | undefined {
    const sql = `SELECT ${COLUMNS} FROM lambda_versions WHERE function_name = ? AND version > 0 ORDER BY version DESC LIMIT 1`;
    const row = this.#state.statement(sql).get(functionName);
    return row === undefined ? undefined : versionOf(row);
  }

  put(version: FunctionVersion): void {
    const { functionName, revisionId, lastModified, code, settings } = version;
    this.#state
      .statement(`INSERT OR REPLACE INTO lambda_versions (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`)
      .run(
        functionName,
        version.version,
        revisionId,
        lastModified,
        JSON.stringify(code),
        JSON.stringify(settings),
      );
  }

  /** Only of what a change of permissions or concurrency gives a new one. */
  setRevision(functionName: string, version: number, revisionId: string): void {
    this.#state
      .statement('UPDATE lambda_versions SET revision_id = ? WHERE function_name = ? AND version = ?')
      .run(revisionId, functionName, version);
  }

  delete(functionName: string, version: number): void {
    this.#state
      .statement('DELETE FROM lambda_versions WHERE function_name = ? AND version = ?')
      .run(functionName, version);
  }

  /** The number of the next version: none is used twice, not even by another function of the same name. */
  nextNumber(functionName: string): number {
    const sql = `INSERT INTO lambda_version_numbers VALUES (?, 1)
      ON CONFLICT (function_name) DO UPDATE SET last = last + 1 RETURNING last`;
    const row = this.#state.statement(sql).get(functionName);
    return integerOf(row ?? {}, 'last');
  }

  /** `$LATEST` of each function, by name. */
  latestAfter(functionName: string, limit: number): readonly FunctionVersion[] {
    const sql = `SELECT ${COLUMNS} FROM lambda_versions WHERE version = 0 AND function_name > ? ORDER BY function_name LIMIT ?`;
    return this.#state.statement(sql).all(functionName, limit).map(versionOf);
  }

  /** All versions of all functions. */
  allAfter({ functionName, version }: VersionPosition, limit: number): readonly FunctionVersion[] {
    const sql = `SELECT ${COLUMNS} FROM lambda_versions WHERE (function_name, version) > (?, ?) ORDER BY function_name, version LIMIT ?`;
    return this.#state.statement(sql).all(functionName, version, limit).map(versionOf);
  }

  ofFunctionAfter({ functionName, version }: VersionPosition, limit: number): readonly FunctionVersion[] {
    const sql = `SELECT ${COLUMNS} FROM lambda_versions WHERE function_name = ? AND version > ? ORDER BY version LIMIT ?`;
    return this.#state.statement(sql).all(functionName, version, limit).map(versionOf);
  }

  names(): readonly string[] {
    const sql = 'SELECT function_name FROM lambda_versions WHERE version = 0 ORDER BY function_name';
    return this.#state
      .statement(sql)
      .all()
      .map((row) => textOf(row, 'function_name'));
  }

  count(): number {
    const row = this.#state.statement('SELECT count(*) AS n FROM lambda_versions WHERE version = 0').get();
    return integerOf(row ?? {}, 'n');
  }

  /** Of all code and layers that versions refer to, possibly more than once. */
  hashes(): readonly string[] {
    return this.codes().flatMap(({ package: code, layers }) =>
      code.kind === 'zip' ? [code.sha256, ...layers] : layers,
    );
  }

  codes(): readonly FunctionCode[] {
    return this.#state
      .statement('SELECT code FROM lambda_versions')
      .all()
      .map((row) => jsonOf<FunctionCode>(row, 'code'));
  }
}

function versionOf(row: Row): FunctionVersion {
  return {
    functionName: textOf(row, 'function_name'),
    version: integerOf(row, 'version'),
    revisionId: textOf(row, 'revision_id'),
    lastModified: integerOf(row, 'last_modified'),
    code: jsonOf<FunctionCode>(row, 'code'),
    settings: jsonOf<FunctionSettings>(row, 'settings'),
  };
}

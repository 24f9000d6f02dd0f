import type { StoredCode } from '../../code/code-store.ts';
import { integerOf, jsonOf, type Row, textOf } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';

export type LayerVersion = {
  readonly name: string;
  readonly version: number;
  /** Epoch milliseconds. */
  readonly created: number;
  readonly code: StoredCode;
  readonly settings: LayerSettings;
};

/** In the words of `GetLayerVersion`. */
export type LayerSettings = {
  readonly Description: string;
  readonly LicenseInfo?: string;
  readonly CompatibleRuntimes?: readonly string[];
  readonly CompatibleArchitectures?: readonly string[];
};

const COLUMNS = 'name, version, created, code, settings';

/** Versions of layers in SQL. */
export class LayerTable {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  get(name: string, version: number): LayerVersion | undefined {
    const sql = `SELECT ${COLUMNS} FROM lambda_layer_versions WHERE name = ? AND version = ?`;
    const row = this.#state.statement(sql).get(name, version);
    return row === undefined ? undefined : layerOf(row);
  }

  /** Gives it the next number of its name. */
  publish(layer: Omit<LayerVersion, 'version'>): LayerVersion {
    return this.#state.transaction(() => {
      const { name, created, code, settings } = layer;
      const next = `INSERT INTO lambda_layer_numbers VALUES (?, 1)
        ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last`;
      const version = integerOf(this.#state.statement(next).get(name) ?? {}, 'last');
      this.#state
        .statement(`INSERT INTO lambda_layer_versions (${COLUMNS}) VALUES (?, ?, ?, ?, ?)`)
        .run(name, version, created, JSON.stringify(code), JSON.stringify(settings));
      return { ...layer, version };
    });
  }

  delete(name: string, version: number): void {
    this.#state
      .statement('DELETE FROM lambda_layer_versions WHERE name = ? AND version = ?')
      .run(name, version);
  }

  /** The newest first, as Lambda lists them. */
  versionsBefore(name: string, version: number, limit: number): readonly LayerVersion[] {
    const sql = `SELECT ${COLUMNS} FROM lambda_layer_versions WHERE name = ? AND version < ? ORDER BY version DESC LIMIT ?`;
    return this.#state.statement(sql).all(name, version, limit).map(layerOf);
  }

  namesAfter(name: string, limit: number): readonly string[] {
    const sql = 'SELECT DISTINCT name FROM lambda_layer_versions WHERE name > ? ORDER BY name LIMIT ?';
    return this.#state
      .statement(sql)
      .all(name, limit)
      .map((row) => textOf(row, 'name'));
  }

  hashes(): readonly string[] {
    return this.#state
      .statement('SELECT code FROM lambda_layer_versions')
      .all()
      .map((row) => jsonOf<StoredCode>(row, 'code').sha256);
  }
}

function layerOf(row: Row): LayerVersion {
  return {
    name: textOf(row, 'name'),
    version: integerOf(row, 'version'),
    created: integerOf(row, 'created'),
    code: jsonOf<StoredCode>(row, 'code'),
    settings: jsonOf<LayerSettings>(row, 'settings'),
  };
}

import { integerOf, jsonOf } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import type { GatewayKind, GatewayResources } from './gateway-resources.ts';

/** APIs that were made through the management API, and all that belongs to them. */
export class GatewayTable {
  readonly #state: State;
  readonly #listeners = new Set<(apiId: string) => void>();

  constructor(state: State) {
    this.#state = state;
  }

  /** Called after each change of an API. */
  onChanged(listener: (apiId: string) => void): void {
    this.#listeners.add(listener);
  }

  get<Kind extends GatewayKind>(apiId: string, kind: Kind, id: string): GatewayResources[Kind] | undefined {
    const sql = 'SELECT body FROM gateway_resources WHERE api_id = ? AND kind = ? AND id = ?';
    const row = this.#state.statement(sql).get(apiId, kind, id);
    return row === undefined ? undefined : jsonOf<GatewayResources[Kind]>(row, 'body');
  }

  /** In the order in which they were made. */
  list<Kind extends GatewayKind>(apiId: string, kind: Kind): readonly GatewayResources[Kind][] {
    const sql = 'SELECT body FROM gateway_resources WHERE api_id = ? AND kind = ? ORDER BY position';
    return this.#state
      .statement(sql)
      .all(apiId, kind)
      .map((row) => jsonOf<GatewayResources[Kind]>(row, 'body'));
  }

  apis(): readonly GatewayResources['apis'][] {
    const sql = "SELECT body FROM gateway_resources WHERE kind = 'apis' ORDER BY position";
    return this.#state
      .statement(sql)
      .all()
      .map((row) => jsonOf<GatewayResources['apis']>(row, 'body'));
  }

  /** Several at once, all or nothing; one that is there already keeps its place. */
  put<Kind extends GatewayKind>(
    apiId: string,
    ...resources: readonly (readonly [kind: Kind, id: string, body: GatewayResources[Kind]])[]
  ): void {
    this.#state.transaction(() => {
      for (const [kind, id, body] of resources) this.#put(apiId, kind, id, JSON.stringify(body));
    });
    this.#changed(apiId);
  }

  /** With `apis`, all that belongs to it. Whether there was one. */
  delete(apiId: string, kind: GatewayKind, id: string): boolean {
    const sql =
      kind === 'apis'
        ? "DELETE FROM gateway_resources WHERE api_id = ?1 AND 'apis' = ?2 AND ?3 = api_id"
        : 'DELETE FROM gateway_resources WHERE api_id = ?1 AND kind = ?2 AND id = ?3';
    const { changes } = this.#state.statement(sql).run(apiId, kind, id);
    this.#changed(apiId);
    return changes > 0;
  }

  #put(apiId: string, kind: GatewayKind, id: string, body: string): void {
    const next = 'SELECT coalesce(max(position), 0) + 1 AS next FROM gateway_resources';
    const position = integerOf(this.#state.statement(next).get() ?? {}, 'next');
    this.#state
      .statement(
        `INSERT INTO gateway_resources (api_id, kind, id, position, body) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (api_id, kind, id) DO UPDATE SET body = excluded.body`,
      )
      .run(apiId, kind, id, position, body);
  }

  #changed(apiId: string): void {
    for (const listener of this.#listeners) listener(apiId);
  }
}

import type { ApiDefinition } from './api-definition.ts';
import type { GatewayTable } from './gateway-table.ts';
import { RouteTable } from './route-table.ts';
import { storedApi } from './stored-api.ts';

/** An API, ready for requests. */
export type OpenApi = {
  readonly definition: ApiDefinition;
  /** Of a WebSocket API there are none. */
  readonly routes: RouteTable;
};

/** All APIs: those of the project, and those that were made through the management API. */
export class GatewayApis {
  readonly #configured: readonly ApiDefinition[];
  readonly #table: GatewayTable;
  /** By id. */
  readonly #open = new Map<string, OpenApi>();
  /** Ids by the names that were asked for. */
  readonly #ids = new Map<string, string>();

  constructor(options: { readonly configured: readonly ApiDefinition[]; readonly table: GatewayTable }) {
    this.#configured = options.configured;
    this.#table = options.table;
    this.#table.onChanged((apiId) => this.forget(apiId));
  }

  /** In the order in which they were written and made. */
  get configured(): readonly ApiDefinition[] {
    return this.#configured;
  }

  /** By its id; else the first one of the name, which hosts write without regard to case. */
  find(idOrName: string): OpenApi | undefined {
    const open = this.#open.get(this.#ids.get(idOrName) ?? idOrName);
    if (open !== undefined) return open;
    const definition = this.#definitionOf(idOrName);
    if (definition === undefined) return undefined;
    if (definition.id !== idOrName) this.#ids.set(idOrName, definition.id);
    return this.#opened(definition);
  }

  /** It was changed: what was kept of it, its authorizers' answers too, is of no use any more. */
  forget(apiId: string): void {
    this.#open.delete(apiId);
    this.#ids.clear();
  }

  #opened(definition: ApiDefinition): OpenApi {
    const { protocol, routes } = definition;
    const isHttp = protocol !== 'WEBSOCKET';
    const open = { definition, routes: new RouteTable(isHttp ? routes : [], isHttp ? protocol : 'HTTP') };
    this.#open.set(definition.id, open);
    return open;
  }

  #definitionOf(idOrName: string): ApiDefinition | undefined {
    const configured = this.#configured.find(({ id }) => id === idOrName);
    if (configured !== undefined) return configured;
    const stored = this.#table.get(idOrName, 'apis', idOrName);
    if (stored !== undefined) return storedApi(this.#table, stored);
    const isNamed = ({ name }: { readonly name: string }): boolean => name.toLowerCase() === idOrName;
    const named = this.#configured.find(isNamed);
    if (named !== undefined) return named;
    const api = this.#table.apis().find(isNamed);
    return api && storedApi(this.#table, api);
  }
}

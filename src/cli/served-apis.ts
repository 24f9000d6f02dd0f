import type { ApiDefinition } from '../emulator/gateway/api-definition.ts';
import type { ApisConfig } from '../manifest/api-config.ts';
import { configuredApis } from './configuration/configured-apis.ts';

/** An API of a project, and where an emulator serves it. */
export type ServedApi = {
  readonly name: string;
  readonly protocol: 'http' | 'rest' | 'websocket';
  readonly url: string;
};

const PROTOCOLS = { HTTP: 'http', REST: 'rest', WEBSOCKET: 'websocket' } as const;
/** Any other name is no label of a host: its API is found by its id. https://www.rfc-editor.org/rfc/rfc1123#section-2 */
const LABEL = /^(?!-)[a-z\d-]{1,63}(?<!-)$/i;

/**
 * @param endpoint of the emulator: `http://127.0.0.1:4566`
 * @param domain that `--domain` named, which a proxy with TLS serves
 */
export function servedApis(
  written: ApisConfig,
  { endpoint, domain }: { readonly endpoint: string; readonly domain?: string | undefined },
): readonly ServedApi[] {
  return configuredApis(written).map((api) => ({
    name: api.name,
    protocol: PROTOCOLS[api.protocol],
    url: urlOf(api, endpoint, domain),
  }));
}

function urlOf({ id, name, protocol, stages }: ApiDefinition, endpoint: string, domain?: string): string {
  const { port } = new URL(endpoint);
  const parent = domain ?? (port === '' ? 'localhost' : `localhost:${port}`);
  const scheme = `${protocol === 'WEBSOCKET' ? 'ws' : 'http'}${domain === undefined ? '' : 's'}`;
  const [stage] = stages;
  const path = stage === undefined || stage.name === '$default' ? '' : `/${stage.name}`;
  return `${scheme}://${LABEL.test(name) ? name.toLowerCase() : id}.execute-api.${parent}${path}`;
}

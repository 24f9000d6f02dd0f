/** Where a request to the gateway points, before it is known whether there is such an API. */
export type GatewayAddress = {
  /** An API's id or name, lower case. */
  readonly api: string;
  /** The emulator's own region, where the host names none. */
  readonly region: string | undefined;
  /** What stands before the stage in the path, when the host could not name the API: `/_aws/execute-api/<id>`. */
  readonly prefix: string;
  /** Stage and path as on the wire, without the query: `/prod/orders`. */
  readonly path: string;
};

const HOST = /^(?<api>[^.]+)\.execute-api(?:\.(?<region>[^.]+))?\.localhost$/;
const PATH = /^(?<prefix>\/_aws\/execute-api\/(?<api>[^/?]+))(?<path>\/[^?]*)?/;

/**
 * `<api>.execute-api.localhost` and `<api>.execute-api.<region>.localhost`; and `/_aws/execute-api/<api>/…` at any host,
 * for places where names below `localhost` lead nowhere: https://www.rfc-editor.org/rfc/rfc6761#section-6.3
 *
 * @param host lower case, without a port
 * @param target path and query as on the wire
 */
export function parseGatewayAddress(host: string, target: string): GatewayAddress | undefined {
  const named = HOST.exec(host)?.groups;
  if (named?.api !== undefined) {
    return { api: named.api, region: named.region, prefix: '', path: target.replace(/\?.*$/s, '') };
  }
  const { api, prefix = '', path = '/' } = PATH.exec(target)?.groups ?? {};
  return api === undefined ? undefined : { api: api.toLowerCase(), region: undefined, prefix, path };
}

/** What the host of a request names: a URL by its id, or a function by its name. */
export type UrlHost =
  | { readonly type: 'url'; readonly urlId: string; readonly region: string }
  | { readonly type: 'function'; readonly name: string };

const URL_HOST = /^(?<urlId>[^.]+)\.lambda-url\.(?<region>[^.]+)\.localhost$/;
const FUNCTION_HOST = /^(?<name>[^.]+)\.localhost$/;

/**
 * `<id>.lambda-url.<region>.localhost`, or `<function>.localhost`; names that end in `localhost` are this machine's in
 * every browser, and nobody can own one: https://www.rfc-editor.org/rfc/rfc6761#section-6.3
 *
 * @param host lower case, without a port
 */
export function parseUrlHost(host: string): UrlHost | undefined {
  const { urlId, region } = URL_HOST.exec(host)?.groups ?? {};
  if (urlId !== undefined && region !== undefined) return { type: 'url', urlId, region };
  const name = FUNCTION_HOST.exec(host)?.groups?.name;
  return name === undefined ? undefined : { type: 'function', name };
}

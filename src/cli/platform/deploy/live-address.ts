import type { AwsTarget } from '../../aws-target.ts';

/** The alias that `http://<function>.localhost` leads to. */
export const LIVE_ALIAS = 'live';

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export type LivePlace = {
  readonly functionName: string;
  readonly alias: string;
  /** The one that the API gave. */
  readonly url: string;
  /** Of all functions; undefined: nobody knows them. Of a name in lower case they are not asked. */
  readonly names: readonly string[] | undefined;
};

/**
 * Where people call a function: by its name on this machine, `http://greet.localhost:4566`, or at a server that has a domain,
 * `https://greet.example.org`; elsewhere at the URL that the API gave.
 */
export function liveAddress(
  { functionName, alias, url, names }: LivePlace,
  target: Pick<AwsTarget, 'endpoint' | 'domain'>,
): string {
  if (alias !== LIVE_ALIAS || !hasHost(functionName, names)) return url;
  return hostAddress(functionName, target) ?? url;
}

/** At its own host; undefined where the target has no such hosts. */
export function hostAddress(
  functionName: string,
  { endpoint, domain }: Pick<AwsTarget, 'endpoint' | 'domain'>,
): string | undefined {
  if (endpoint === undefined) return undefined;
  const { protocol, hostname, port } = new URL(endpoint);
  const parent = LOOPBACK.test(hostname) ? 'localhost' : domain;
  if (parent === undefined) return undefined;
  return `${protocol}//${functionName.toLowerCase()}.${parent}${port === '' ? '' : `:${port}`}`;
}

/** Hosts have no case: of two names that differ in nothing else, the one in lower case has the host. */
function hasHost(functionName: string, names: readonly string[] | undefined): boolean {
  const host = functionName.toLowerCase();
  if (functionName === host) return true;
  return names?.every((name) => name === functionName || name.toLowerCase() !== host) ?? false;
}

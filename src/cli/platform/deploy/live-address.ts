import type { AwsTarget } from '../../aws-target.ts';

/** The alias that `http://<function>.localhost` leads to. */
export const LIVE_ALIAS = 'live';

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Where people call a function: by its name on this machine, `http://greet.localhost:4566`, or at a server that has a domain,
 * `https://greet.example.org`; elsewhere at the URL that the API gave.
 */
export function liveAddress(
  functionName: string,
  alias: string,
  urlAddress: string,
  { endpoint, domain }: Pick<AwsTarget, 'endpoint' | 'domain'>,
): string {
  if (endpoint === undefined || alias !== LIVE_ALIAS) return urlAddress;
  const { protocol, hostname, port } = new URL(endpoint);
  const parent = LOOPBACK.test(hostname) ? 'localhost' : domain;
  if (parent === undefined) return urlAddress;
  return `${protocol}//${functionName.toLowerCase()}.${parent}${port === '' ? '' : `:${port}`}`;
}

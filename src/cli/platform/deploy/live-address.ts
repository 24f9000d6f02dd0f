import type { AwsTarget } from '../../aws-target.ts';

/** The alias that `http://<function>.localhost` leads to. */
export const LIVE_ALIAS = 'live';

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Where people call a function: on this machine by its name, `http://greet.localhost:4566`, elsewhere at the URL that the
 * API gave.
 */
export function liveAddress(
  functionName: string,
  alias: string,
  urlAddress: string,
  { endpoint }: Pick<AwsTarget, 'endpoint'>,
): string {
  if (endpoint === undefined || alias !== LIVE_ALIAS) return urlAddress;
  const { protocol, hostname, port } = new URL(endpoint);
  if (!LOOPBACK.test(hostname)) return urlAddress;
  return `${protocol}//${functionName.toLowerCase()}.localhost${port === '' ? '' : `:${port}`}`;
}

import { isIP } from 'node:net';

type Environment = Readonly<Record<string, string | undefined>>;

/** WebSockets are asked for by HTTP, MQTT over TLS through the same tunnel. Plain MQTT has no proxy. */
const VARIABLE_OF: Readonly<Record<string, { readonly variable: string; readonly port: number }>> = {
  'wss:': { variable: 'https_proxy', port: 443 },
  'https:': { variable: 'https_proxy', port: 443 },
  'mqtts:': { variable: 'https_proxy', port: 8883 },
  'ws:': { variable: 'http_proxy', port: 80 },
  'http:': { variable: 'http_proxy', port: 80 },
};

/**
 * The proxy that the environment names for a URL: HTTPS_PROXY, HTTP_PROXY, else ALL_PROXY, but for the hosts of
 * NO_PROXY; lower case goes first, as in curl. This machine itself is never reached through a proxy, as in Go: an
 * emulator on localhost is not what a company's proxy is for.
 */
export function proxyFor(url: string, environment: Environment = process.env): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  const scheme = VARIABLE_OF[protocol];
  if (scheme === undefined) return undefined;
  const proxy = read(environment, scheme.variable) ?? read(environment, 'all_proxy');
  if (proxy === undefined) return undefined;
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isLoopback(host)) return undefined;
  const exceptions = (read(environment, 'no_proxy') ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  const actualPort = port === '' ? scheme.port : Number(port);
  if (exceptions.some((entry) => excepts(entry.toLowerCase(), host, actualPort))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function read(environment: Environment, name: string): string | undefined {
  return environment[name] || environment[name.toUpperCase()] || undefined;
}

function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
  );
}

/** `*`, a host, a suffix of it (`.example.com`, `*.example.com`, `example.com`), each with a port or without. */
function excepts(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  const [, name = entry, onlyPort] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(entry) ?? [];
  if (onlyPort !== undefined && Number(onlyPort) !== port) return false;
  const bare = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
  return host === bare || (isIP(host) === 0 && host.endsWith(`.${bare}`));
}

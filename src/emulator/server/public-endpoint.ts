import { isIP } from 'node:net';

/**
 * By what address others call: `https://example.org` where TLS is in front of a name, else where it listens.
 *
 * @param local `http://127.0.0.1:4566`
 */
export function publicEndpoint(local: string, domain: string | undefined): string {
  return domain === undefined ? local : `https://${domain.toLowerCase()}`;
}

/** An address of a name below that: `https://greet.example.org`, `http://greet.localhost:4566`. No address has names below it. */
export function addressBelow(endpoint: string, name: string): string {
  const { protocol, hostname, port } = new URL(endpoint);
  const isAddress = isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0;
  return `${protocol}//${name}.${isAddress ? 'localhost' : hostname}${port === '' ? '' : `:${port}`}`;
}

import { isIP } from 'node:net';
import { type GuardedHeaders, hostName, refuseForeignHost } from '../http/loopback-guard.ts';

/** The names by which requests may come, and what stands behind them. */
export class ServedHosts {
  readonly #host: string;
  readonly #domain: string | undefined;
  readonly #isExposed: boolean;

  /**
   * @param options.host what `--host` named.
   * @param options.domain lower case: `example.org`, whose names below it are those of `localhost`.
   * @param options.isExposed others than this machine can reach it: addresses are names, too.
   */
  constructor(options: {
    readonly host: string;
    readonly domain?: string | undefined;
    readonly isExposed?: boolean;
  }) {
    this.#host = options.host;
    this.#domain = options.domain;
    this.#isExposed = options.isExposed ?? false;
  }

  /** Why a request under this name is refused, or undefined. */
  refusal(headers: GuardedHeaders): string | undefined {
    const host = hostName(headers.host);
    // Nobody can make a page's own name out of an address: https://en.wikipedia.org/wiki/DNS_rebinding
    if (this.#isExposed && isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0) return undefined;
    return this.#inDomain(host) === undefined ? refuseForeignHost(headers, this.#host) : undefined;
  }

  /** The name as it is on this machine, lower case and without a port: `greet.example.org` is `greet.localhost`. */
  localName(headers: GuardedHeaders): string {
    const host = hostName(headers.host);
    return this.#inDomain(host) ?? host;
  }

  /** Whether the request names this server as the rest of the world does. */
  isBelowDomain(headers: GuardedHeaders): boolean {
    return this.#inDomain(hostName(headers.host)) !== undefined;
  }

  /** The origin of a page as `localName` has hosts: pages below the domain are this server's own. */
  localOrigin(origin: string): string {
    if (this.#domain === undefined || !URL.canParse(origin)) return origin;
    const { protocol, hostname } = new URL(origin);
    const name = /^https?:$/.test(protocol) ? this.#inDomain(hostname) : undefined;
    return name === undefined ? origin : `${protocol}//${name}`;
  }

  #inDomain(host: string): string | undefined {
    const domain = this.#domain;
    if (domain === undefined) return undefined;
    if (host === domain) return 'localhost';
    return host.endsWith(`.${domain}`) ? `${host.slice(0, -domain.length)}localhost` : undefined;
  }
}

import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { hostName, isLoopback } from '../http/loopback-guard.ts';

/** Of a request: what its connection and its proxies say. */
export type ClientRequest = Pick<IncomingMessage, 'headers'> & {
  readonly socket: { readonly remoteAddress?: string | undefined };
};

const LOOPBACK = /^(?:127\.|::1$)/;

/** Who a request comes from. What a header says counts only where a proxy of ours has written it. */
export class ClientAddresses {
  readonly #trusted = new BlockList();

  /** @param proxies addresses, or networks such as `10.0.0.0/8`. Throws RangeError for anything else. */
  constructor(proxies: readonly string[] = []) {
    for (const proxy of proxies) {
      const [address = '', prefix] = proxy.split('/');
      const version = isIP(address);
      const family = version === 6 ? 'ipv6' : 'ipv4';
      const most = version === 6 ? 128 : 32;
      const bits = prefix === undefined ? most : Number(prefix);
      if (version === 0 || !/^\d{1,3}$/.test(prefix ?? '0') || bits > most) {
        throw new RangeError(
          `expected an address or a network such as 10.0.0.0/8, found "${proxy.slice(0, 80)}"`,
        );
      }
      this.#trusted.addSubnet(address, bits, family);
    }
  }

  /**
   * The nearest address that is no proxy of ours: read from the right, where the nearest proxy writes, because whatever
   * is on the left the caller may have sent himself.
   */
  of({ headers, socket }: ClientRequest): string {
    let client = plain(socket.remoteAddress);
    const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
    for (let index = forwarded.length - 1; index >= 0 && this.#isTrusted(client); index -= 1) {
      const next = plain(forwarded[index]?.trim());
      if (isIP(next) === 0) break;
      client = next;
    }
    return client;
  }

  /** Whether it comes from this machine, and through no proxy: one leaves the name in `Host`, or says whom it asks for. */
  isLocal({ headers, socket }: ClientRequest): boolean {
    if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false;
    if (!isLoopback(hostName(headers.host))) return false;
    return LOOPBACK.test(plain(socket.remoteAddress));
  }

  #isTrusted(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#trusted.check(address, version === 6 ? 'ipv6' : 'ipv4');
  }
}

/** Of IPv4 over an IPv6 socket, the IPv4 address. */
function plain(address = ''): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

import type { IncomingMessage } from 'node:http';
import { urlHost } from './url-host.ts';

/**
 * Keeps web pages out: a page can send requests to 127.0.0.1, and by DNS rebinding under any host name. It cannot
 * choose `Host` freely, nor leave out `Origin` on what is not a simple GET, nor `Sec-Fetch-Site` on what is one.
 * Names of functions may have an underscore, which names of hosts have not: `http://my_function.localhost` is one all the same.
 */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|[\w-]+(?:\.[\w-]+)*\.localhost)$/i;

/** What a browser says of a request that no other page caused: typed in, or of a page that this server delivered. */
const OWN_SITE = new Set([undefined, 'none', 'same-origin']);

export type GuardedHeaders = {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | readonly string[] | undefined;
};

/** The name in a `Host` header without its port, in lower case. */
export function hostName(host: string | undefined): string {
  return (host ?? '').replace(/:\d+$/, '').toLowerCase();
}

/** Whether only this machine can reach what listens there. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(urlHost(host));
}

/** Why the request is refused, or undefined. `allowedHost` is what `--host` named. */
export function refuseForeignRequest(headers: GuardedHeaders, allowedHost: string): string | undefined {
  return refuseForeignHost(headers, allowedHost) ?? refuseForeignPage(headers);
}

/** Against DNS rebinding: under a name of its own a page would be of the same origin. */
export function refuseForeignHost(headers: GuardedHeaders, allowedHost: string): string | undefined {
  const host = hostName(headers.host);
  if (LOOPBACK.test(host) || host === urlHost(allowedHost).toLowerCase()) return undefined;
  return `expected a loopback name in the Host header, found "${host.slice(0, 100)}"`;
}

/** A page that this very server delivered may call it; nothing else may. */
export function refuseForeignPage(headers: GuardedHeaders): string | undefined {
  const { origin, 'sec-fetch-site': site } = headers;
  if (origin === undefined) {
    return typeof site !== 'object' && OWN_SITE.has(site)
      ? undefined
      : `requests from web pages are refused (Sec-Fetch-Site ${String(site).slice(0, 100)})`;
  }
  const from = URL.canParse(origin) ? new URL(origin).host : '';
  return from === headers.host
    ? undefined
    : `requests from web pages are refused (Origin ${origin.slice(0, 100)})`;
}

/**
 * Somebody follows a link, or is sent back by the page where he signed in: the answer is a page of its own that no other
 * can read. No page can write these headers, and in a frame or ahead of the user nothing is navigated.
 * https://www.w3.org/TR/fetch-metadata/
 */
export function isNavigation({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  return (
    method === 'GET' &&
    headers.origin === undefined &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document' &&
    headers['sec-purpose'] === undefined
  );
}

/** Of a page that comes from this machine: the developer's own. */
export function isLoopbackOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  return (
    /^https?:$/.test(protocol) && /^(?:(?:[\w-]+\.)*localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
  );
}

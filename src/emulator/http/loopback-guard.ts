import { urlHost } from './url-host.ts';

/**
 * Keeps web pages out: a page can send requests to 127.0.0.1, and by DNS rebinding under any host name. It cannot
 * choose `Host` freely nor leave out `Origin` on what is not a simple GET.
 */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.localhost)$/i;

/** The name in a `Host` header without its port. */
function hostName(host: string): string {
  return host.replace(/:\d+$/, '');
}

/** Why the request is refused, or undefined. `allowedHost` is what `--host` named. */
export function refuseForeignRequest(
  headers: { readonly host?: string | undefined; readonly origin?: string | undefined },
  allowedHost: string,
): string | undefined {
  const host = hostName(headers.host ?? '');
  if (!LOOPBACK.test(host) && host !== urlHost(allowedHost)) {
    return `expected a loopback name in the Host header, found "${host.slice(0, 100)}"`;
  }
  if (headers.origin === undefined) return undefined;
  const origin = URL.canParse(headers.origin) ? new URL(headers.origin).host : '';
  // A page that this very server delivered may call it; nothing else may.
  return origin === headers.host
    ? undefined
    : `requests from web pages are refused (Origin ${headers.origin.slice(0, 100)})`;
}

/** A host as a URL has it: an IPv6 address stands in brackets. https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2 */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

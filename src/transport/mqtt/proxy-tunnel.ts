import type { Socket } from 'node:net';
import { TransportError } from '../transport.ts';
import { readHttpHead } from './http-head.ts';

type Destination = { readonly host: string; readonly port: number };
type Dial = (to: Destination) => Promise<Socket>;

/**
 * A socket to the destination through an HTTP proxy, by CONNECT. Rejects with a TransportError that names the proxy,
 * without its credentials. https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6
 */
export async function openTunnel(
  proxy: string,
  { host, port, shown }: Destination & { readonly shown: string },
  dial: Dial,
  signal: AbortSignal,
): Promise<Socket> {
  const { protocol, hostname, port: proxyPort, host: proxyHost, username, password } = new URL(proxy);
  if (protocol !== 'http:') throw new TypeError(`expected the URL of a proxy with http:, got ${protocol}`);
  const failed = (what: string, options?: ErrorOptions): TransportError =>
    new TransportError('TRANSPORT_UNREACHABLE', `The proxy http://${proxyHost} ${what}.`, options);
  const to = { host: hostname.replace(/^\[|\]$/g, ''), port: proxyPort === '' ? 80 : Number(proxyPort) };
  const socket = await dial(to).catch((cause: unknown) => {
    throw failed('did not answer', { cause });
  });
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  const authorization = username === '' ? '' : `Proxy-Authorization: Basic ${login.toString('base64')}\r\n`;
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization}\r\n`);
  const { status } = await readHttpHead(socket, signal).catch((cause: unknown) => {
    throw failed(`gave no tunnel to ${shown}`, { cause });
  });
  if (status >= 200 && status < 300) return socket;
  socket.destroy();
  throw failed(`refused the tunnel to ${shown} (HTTP ${status})`);
}

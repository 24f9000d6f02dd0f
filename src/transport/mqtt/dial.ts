import type { Socket } from 'node:net';
import type { BrokerTarget, TlsMaterial } from './broker-location.ts';
import { openTunnel } from './proxy-tunnel.ts';

export type DialOptions = BrokerTarget & {
  /** The socket alone keeps no process alive. */
  readonly unref: boolean;
  /** Gives up; the socket is destroyed. */
  readonly signal: AbortSignal;
};

/**
 * A connected socket, over TLS where the scheme says so, through the proxy if there is one. What travels over it is
 * no matter here. Rejects with the socket's error, or with a TransportError that names the proxy.
 */
export async function dial({ address, tls, proxy, unref, signal }: DialOptions): Promise<Socket> {
  const { host, port, servername, shown } = address;
  const secure = address.scheme === 'mqtts' || address.scheme === 'wss';
  const tunnel =
    proxy === undefined
      ? undefined
      : await openTunnel(proxy, { host, port, shown }, (to) => dialPlain(to, unref, signal), signal);
  if (!secure) return tunnel ?? (await dialPlain({ host, port }, unref, signal));
  // Only then: it takes longer to load than everything else here.
  const { connect } = await import('node:tls');
  const settings = { ...(servername === undefined ? {} : { servername }), ...present(tls) };
  const socket =
    tunnel === undefined
      ? connect({ host, port, ...settings })
      : connect({ socket: tunnel, ...(servername === undefined ? { host } : {}), ...settings });
  return await opened(socket, 'secureConnect', unref, signal);
}

async function dialPlain(
  to: { readonly host: string; readonly port: number },
  unref: boolean,
  signal: AbortSignal,
): Promise<Socket> {
  // Only then: nothing else in the stub needs it, and over TLS it is loaded by that.
  const { connect } = await import('node:net');
  return await opened(connect(to), 'connect', unref, signal);
}

function opened(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  unref: boolean,
  signal: AbortSignal,
): Promise<Socket> {
  // Without it a small packet waits for the acknowledgement of the one before: 44 to 88 ms on plain TCP.
  socket.setNoDelay(true);
  if (unref) socket.unref();
  // For as long as it lives: without a listener an error would end the process. The close that follows tells it.
  socket.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    const settle = (run: () => void): void => {
      socket.off(event, onOpen);
      socket.off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      run();
    };
    const onOpen = (): void => settle(() => resolve(socket));
    const onClose = (): void =>
      settle(() => reject(socket.errored ?? new Error('the connection ended before it was open')));
    const onAbort = (): void =>
      settle(() => {
        socket.destroy();
        reject(signal.reason);
      });
    socket.once(event, onOpen);
    socket.once('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}

function present({ ca, cert, key }: TlsMaterial = {}): { ca?: string; cert?: string; key?: string } {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

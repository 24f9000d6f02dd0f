import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import type { DropCounter } from '../../protocol/drops.ts';
import { listenError } from '../listen-error.ts';

export type SecurePort = {
  /** `wss://localhost:8443`: by the name that the certificate is for. */
  readonly url: string;
  readonly port: number;
  /** Ends every connection and frees the port. Idempotent. */
  close(): Promise<void>;
};

/** Opens a server over TLS. Handshakes that fail are counted: a client without the CA is the most common mistake. */
export async function listenSecurely(
  server: HttpsServer | TlsServer,
  options: {
    readonly host: string;
    readonly port: number;
    readonly scheme: 'wss' | 'mqtts';
    readonly flag: string;
    readonly drops: DropCounter;
  },
): Promise<SecurePort> {
  const { host, port, scheme, flag, drops } = options;
  // Those in the middle of a handshake too: a server does not close before they end.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', (error) =>
    drops.drop('connection-closed', `TLS on port ${port} (${scheme}): ${error.message}`),
  );
  await new Promise<void>((resolve, reject) => {
    // Stays: a failed accept, as when no file descriptor is left, must not end the process.
    server.on('error', (cause) =>
      reject(listenError(cause, { host, port, service: `MQTT over ${scheme}`, flag })),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('expected a TCP address');
  let closed: Promise<void> | undefined;
  return {
    url: `${scheme}://localhost:${address.port}`,
    port: address.port,
    close() {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
      return closed;
    },
  };
}

import type { OpenConnection } from '../connection.ts';
import { connectWith } from '../reconnect.ts';
import { type ConnectOptions, type Transport, TransportError } from '../transport.ts';
import { parseBrokerUrl } from './broker-address.ts';
import { type Credentials, PacketConnection } from './packet-connection.ts';

export type PacketOptions = ConnectOptions & {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
};

/**
 * A transport over a plain socket, without a package: small enough for the stub, and lean enough for the path of every
 * invocation. Rejects with TRANSPORT_UNREACHABLE or TRANSPORT_REFUSED.
 */
export async function connectPacket(options: PacketOptions): Promise<Transport> {
  const { url, username, password } = options;
  return await connectWith(openPacket(url, { username, password }), options);
}

function openPacket(url: string, credentials: Credentials): OpenConnection {
  return async (parameters, signal) => {
    const address = parseBrokerUrl(url);
    signal.throwIfAborted();
    const connection = new PacketConnection(address, credentials, parameters);
    const giveUp = (): void => connection.destroy();
    const timer = setTimeout(giveUp, parameters.timeoutMs);
    if (parameters.unref) timer.unref();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      const returnCode = await connection.accepted;
      if (returnCode === 0) return connection;
      connection.destroy();
      throw new TransportError(
        'TRANSPORT_REFUSED',
        `The broker at ${address.shown} refused the connection (CONNACK ${returnCode}).`,
      );
    } catch (error) {
      if (error instanceof TransportError && error.code === 'TRANSPORT_REFUSED') throw error;
      throw new TransportError('TRANSPORT_UNREACHABLE', `No broker answered at ${address.shown}.`, {
        cause: error,
      });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  };
}

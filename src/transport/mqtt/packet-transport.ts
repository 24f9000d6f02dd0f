import type { OpenConnection } from '../connection.ts';
import { connectWith } from '../reconnect.ts';
import { type ConnectOptions, type Transport, TransportError } from '../transport.ts';
import { PacketConnection } from './packet-connection.ts';

export type PacketOptions = ConnectOptions & {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
};

/**
 * A transport over a plain socket and `mqtt-packet`: small enough for the stub, and lean enough for the path of every
 * invocation. Rejects with TRANSPORT_UNREACHABLE or TRANSPORT_REFUSED.
 */
export async function connectPacket(options: PacketOptions): Promise<Transport> {
  return await connectWith(openPacket(options), options);
}

function openPacket({ url, username, password, unref = false }: PacketOptions): OpenConnection {
  return async (parameters, signal) => {
    const connection = new PacketConnection(parameters, unref);
    const address = new URL(url);
    const giveUp = (): void => connection.destroy();
    const timer = setTimeout(giveUp, parameters.timeoutMs);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await Promise.race([
        connection.open({ url: address, unref, username, password }, parameters),
        connection.closed.then((cause) => Promise.reject(cause)),
      ]);
      return connection;
    } catch (cause) {
      connection.destroy();
      if (cause instanceof TransportError && cause.code === 'TRANSPORT_REFUSED') throw cause;
      throw new TransportError(
        'TRANSPORT_UNREACHABLE',
        `No broker answered at ${address.protocol}//${address.host}.`,
        {
          cause,
        },
      );
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  };
}

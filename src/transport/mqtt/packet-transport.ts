import type { OpenConnection } from '../connection.ts';
import { connectWith } from '../reconnect.ts';
import { type ConnectOptions, type Transport, TransportError } from '../transport.ts';
import { attempt, connectError } from './attempt.ts';
import { type BrokerLocation, locateBroker } from './broker-location.ts';
import { PacketConnection } from './packet-connection.ts';

/**
 * A transport over a plain socket, without a package: small enough for the stub, and lean enough for the path of every
 * invocation. Rejects with TRANSPORT_UNREACHABLE or TRANSPORT_REFUSED.
 */
export async function connectPacket(options: ConnectOptions & BrokerLocation): Promise<Transport> {
  return await connectWith(openPacket(options), options);
}

function openPacket(location: BrokerLocation): OpenConnection {
  return (parameters, closing) =>
    attempt({ ...parameters, signal: closing }, async (signal) => {
      const target = await locateBroker(location, signal);
      const { shown } = target.address;
      const connection = new PacketConnection(target, location, parameters);
      const giveUp = (): void => connection.destroy(signal.reason);
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        const returnCode = await connection.accepted;
        if (returnCode === 0) return connection;
        throw new TransportError(
          'TRANSPORT_REFUSED',
          `The broker at ${shown} refused the connection (CONNACK ${returnCode}).`,
        );
      } catch (error) {
        connection.destroy();
        throw connectError(error, shown);
      } finally {
        signal.removeEventListener('abort', giveUp);
      }
    });
}

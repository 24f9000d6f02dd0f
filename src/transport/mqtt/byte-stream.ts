import type { Socket } from 'node:net';
import type { BrokerTarget } from './broker-location.ts';
import { dial } from './dial.ts';

/** Bytes to and from a broker, whatever they travel over. Writes after its end are ignored. */
export type ByteStream = {
  write(bytes: Uint8Array): void;
  /** Sends what was written, then ends. */
  end(): void;
  destroy(): void;
};

export type ByteStreamEvents = {
  readonly onData: (bytes: Uint8Array) => void;
  /** Once; `cause` when it ended by an error. */
  readonly onClose: (cause: unknown) => void;
};

export type OpenByteStream = BrokerTarget & {
  /** The socket alone keeps no process alive. */
  readonly unref: boolean;
  /** Gives up while it opens. */
  readonly signal: AbortSignal;
  readonly events: ByteStreamEvents;
};

/**
 * An open stream over TCP, TLS, which is always verified, or a WebSocket over either. Rejects with the socket's error,
 * with a TransportError that names the proxy, or with TRANSPORT_REFUSED when the WebSocket is refused.
 */
export async function openByteStream(options: OpenByteStream): Promise<ByteStream> {
  const { address, signal, events } = options;
  if (address.scheme === 'mqtt' || address.scheme === 'mqtts') return overSocket(await dial(options), events);
  // Only then: who is in one process with the broker needs no WebSocket.
  const [socket, { openWebSocket }] = await Promise.all([dial(options), import('./web-socket-stream.ts')]);
  return await openWebSocket(socket, address, events, signal);
}

function overSocket(socket: Socket, events: ByteStreamEvents): ByteStream {
  let corked = false;
  const uncork = (): void => {
    corked = false;
    socket.uncork();
  };
  socket.on('data', events.onData);
  socket.once('close', () => events.onClose(socket.errored ?? undefined));
  return {
    write: (bytes) => {
      if (!socket.writable) return;
      socket.write(bytes);
      if (corked) return;
      // The first packet leaves at once, those that follow it in the same turn leave together.
      corked = true;
      socket.cork();
      process.nextTick(uncork);
    },
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  };
}

import type { Socket } from 'node:net';
import type { BrokerAddress } from './broker-address.ts';

/** Bytes to and from a broker, whatever they travel over. Writes after its end are ignored. */
export type ByteStream = {
  write(bytes: Uint8Array): void;
  /** Sends what was written, then ends. */
  end(): void;
  destroy(): void;
};

export type ByteStreamEvents = {
  /** Now `write` may be called. */
  readonly onOpen: () => void;
  readonly onData: (bytes: Uint8Array) => void;
  /** Once; `cause` when it ended by an error. */
  readonly onClose: (cause: unknown) => void;
};

export type OpenByteStream = {
  readonly address: BrokerAddress;
  /** The socket alone keeps no process alive. Node.js has no such thing for a WebSocket. */
  readonly unref: boolean;
  readonly events: ByteStreamEvents;
};

/** Over TCP, TLS, which is always verified, or a WebSocket. */
export async function openByteStream(options: OpenByteStream): Promise<ByteStream> {
  const { address } = options;
  switch (address.scheme) {
    case 'mqtt': {
      // Only then: on AWS it is a WebSocket, and nothing else in the stub needs sockets.
      const { connect: connectTcp } = await import('node:net');
      return overSocket(connectTcp({ host: address.host, port: address.port }), 'connect', options);
    }
    case 'mqtts': {
      // Only then: it takes longer to load than everything else here.
      const { connect: connectTls } = await import('node:tls');
      const { host, port, servername } = address;
      const name = servername === undefined ? {} : { servername };
      return overSocket(connectTls({ host, port, ...name }), 'secureConnect', options);
    }
    case 'ws':
    case 'wss':
      return overWebSocket(options);
  }
}

function overSocket(
  socket: Socket,
  opened: 'connect' | 'secureConnect',
  { unref, events }: OpenByteStream,
): ByteStream {
  let cause: unknown;
  let corked = false;
  const uncork = (): void => {
    corked = false;
    socket.uncork();
  };
  // Without it a small packet waits for the acknowledgement of the one before: 44 to 88 ms on plain TCP.
  socket.setNoDelay(true);
  if (unref) socket.unref();
  socket.once(opened, events.onOpen);
  socket.on('data', events.onData);
  socket.on('error', (error) => {
    cause = error;
  });
  socket.once('close', () => events.onClose(cause));
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

function overWebSocket({ address, events }: OpenByteStream): ByteStream {
  const { scheme, host, port, path } = address;
  const socket = new WebSocket(
    `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`,
    'mqtt',
  );
  socket.binaryType = 'arraybuffer';
  let cause: unknown;
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    socket.close();
    events.onClose(cause);
  };
  socket.addEventListener('open', events.onOpen);
  socket.addEventListener('message', ({ data }) => {
    if (data instanceof ArrayBuffer && !closed) events.onData(new Uint8Array(data));
  });
  socket.addEventListener('error', (event) => {
    cause = 'error' in event ? event.error : undefined;
  });
  socket.addEventListener('close', close);
  return {
    write: (bytes) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(bytes as Uint8Array<ArrayBuffer>);
    },
    end: () => socket.close(),
    // A WebSocket waits for its peer to close: a dead one would keep it for long.
    destroy: close,
  };
}

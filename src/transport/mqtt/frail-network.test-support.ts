import { once } from 'node:events';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { parser } from 'mqtt-packet';

type Line = { readonly ends: readonly [Socket, Socket]; clientId: string | undefined };

/** A TCP proxy in front of a broker: it knows the client ids that pass, and can cut or freeze each connection. */
export class FrailNetwork {
  accepting = true;
  readonly #brokerPort: number;
  readonly #lines = new Set<Line>();
  readonly #server: Server;

  private constructor(brokerPort: number) {
    this.#brokerPort = brokerPort;
    this.#server = createServer((client) => this.#join(client));
  }

  static async start(brokerPort: number): Promise<FrailNetwork> {
    const network = new FrailNetwork(brokerPort);
    await once(network.#server.listen(0, '127.0.0.1'), 'listening');
    return network;
  }

  get port(): number {
    return portOf(this.#server);
  }

  cut(clientId: string): void {
    for (const end of this.#line(clientId).ends) end.destroy();
  }

  freeze(clientId: string): void {
    for (const end of this.#line(clientId).ends) end.removeAllListeners('data').pause();
  }

  async close(): Promise<void> {
    for (const { ends } of this.#lines) for (const end of ends) end.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    if (!this.accepting) {
      client.destroy();
      return;
    }
    const broker = dial(this.#brokerPort, '127.0.0.1');
    const line: Line = { ends: [client, broker], clientId: undefined };
    this.#lines.add(line);
    const names = parser().on('packet', (packet) => {
      if (packet.cmd === 'connect') line.clientId = packet.clientId;
    });
    client.on('data', (bytes) => {
      if (line.clientId === undefined) names.parse(bytes);
    });
    this.#forward(client, broker, line);
    this.#forward(broker, client, line);
  }

  #forward(from: Socket, to: Socket, line: Line): void {
    from.setNoDelay(true);
    // Not a pipe: frozen means that nothing passes, the end of the other side included.
    from.on('data', (bytes) => to.write(bytes));
    from.on('error', () => undefined);
    from.once('close', () => {
      this.#lines.delete(line);
      to.destroy();
    });
  }

  #line(clientId: string): Line {
    for (const line of this.#lines) if (line.clientId === clientId) return line;
    throw new Error(`expected a connection of ${clientId}`);
  }
}

/** Takes connections and never says a word. */
export async function listenInSilence(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).resume();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: portOf(server),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A port of this machine where nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  return address.port;
}

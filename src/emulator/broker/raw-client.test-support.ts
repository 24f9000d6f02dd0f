import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { generate, type IConnectPacket, type Packet, parser } from 'mqtt-packet';

/** Says exactly what a test wants to say, right or wrong, and keeps every packet that comes back, in order. */
export class RawClient {
  readonly #socket: Socket;
  readonly #parser = parser({ protocolVersion: 4 });
  readonly #received: Packet[] = [];
  readonly #opened: Promise<unknown>;
  readonly #closed: Promise<unknown>;
  #wake: () => void = () => undefined;
  #ended = false;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#parser.on('packet', (packet) => {
      this.#received.push(packet);
      this.#wake();
    });
    this.#socket.on('data', (bytes) => this.#parser.parse(bytes));
    // A reset is one of the ways in which a broker closes.
    this.#socket.on('error', () => undefined);
    this.#opened = once(this.#socket, 'connect');
    // Whoever does not wait for it learns of a failure by `closed`.
    this.#opened.catch(() => undefined);
    this.#closed = new Promise((resolve) => {
      this.#socket.once('close', () => {
        this.#ended = true;
        this.#wake();
        resolve(undefined);
      });
    });
  }

  async opened(): Promise<void> {
    await this.#opened;
  }

  /** All of them in one write. */
  send(...packets: readonly Packet[]): void {
    this.#socket.write(Buffer.concat(packets.map((packet) => generate(packet))));
  }

  /** The next packet, or `closed` when none came before the end of the connection. */
  async next(): Promise<Packet | 'closed'> {
    for (;;) {
      const packet = this.#received.shift();
      if (packet !== undefined) return packet;
      if (this.#ended) return 'closed';
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** What comes before the answer to a PINGREQ that is sent now. */
  async beforePong(): Promise<readonly Packet[]> {
    this.send({ cmd: 'pingreq' });
    const packets: Packet[] = [];
    for (;;) {
      const packet = await this.next();
      if (packet === 'closed') throw new Error('the broker closed the connection');
      if (packet.cmd === 'pingresp') return packets;
      packets.push(packet);
    }
  }

  async subscribe(filters: readonly string[], qos: 0 | 1 = 0): Promise<readonly unknown[]> {
    this.send({ cmd: 'subscribe', messageId: 1, subscriptions: filters.map((topic) => ({ topic, qos })) });
    const packet = await this.next();
    if (packet === 'closed' || packet.cmd !== 'suback') throw new Error('expected a SUBACK');
    return packet.granted;
  }

  /** Resolves when the broker has closed the connection. */
  async closed(): Promise<void> {
    await this.#closed;
  }

  /** Ends without DISCONNECT. */
  destroy(): void {
    this.#socket.destroy();
  }
}

export function connectPacket(clientId: string, more: Partial<IConnectPacket> = {}): IConnectPacket {
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    keepalive: 60,
    clientId,
    ...more,
  };
}

export function publishPacket(
  topic: string,
  payload: string | Buffer = 'x',
  more: { readonly qos?: 0 | 1 | 2; readonly retain?: boolean } = {},
): Packet {
  return { cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false, messageId: 7, ...more };
}

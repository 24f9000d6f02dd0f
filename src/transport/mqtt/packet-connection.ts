import { generate, type Packet, parser } from 'mqtt-packet';
import type { Connection, OpenParameters } from '../connection.ts';
import { TransportError } from '../transport.ts';
import { type ByteStream, openByteStream } from './byte-stream.ts';

export type PacketConnectionOptions = {
  readonly url: URL;
  readonly unref: boolean;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
};

type Waiting = { readonly resolve: (packet: Packet) => void; readonly reject: (reason: unknown) => void };

const EMPTY = Buffer.alloc(0);

/** How long a broker may take to close its side after DISCONNECT. */
const END_MS = 500;

/**
 * An MQTT 3.1.1 connection over `mqtt-packet` and a plain socket: what the stub needs, and a tenth of a full client to
 * load. https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html
 */
export class PacketConnection implements Connection {
  readonly closed: Promise<unknown>;
  readonly #parser = parser({ protocolVersion: 4 });
  readonly #waiting = new Map<number, Waiting>();
  readonly #onMessage: OpenParameters['onMessage'];
  readonly #unref: boolean;
  #stream: ByteStream | undefined;
  #connack: Waiting | undefined;
  #pings: ((alive: boolean) => void)[] = [];
  #messageId = 0;
  #lastReceived = performance.now();
  #lastSent = performance.now();
  #keepAlive: NodeJS.Timeout | undefined;
  #ended: unknown;
  #resolveClosed: (cause: unknown) => void = () => undefined;

  constructor(parameters: OpenParameters, unref: boolean) {
    this.#onMessage = parameters.onMessage;
    this.#unref = unref;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#parser.on('packet', (packet) => this.#receive(packet));
    this.#parser.on('error', (error) => this.#fail(error));
  }

  /** Opens the socket and waits for CONNACK. */
  async open(options: PacketConnectionOptions, parameters: OpenParameters): Promise<void> {
    const connack = new Promise<Packet>((resolve, reject) => {
      this.#connack = { resolve, reject };
    });
    // Whoever fails first rejects `open`; the other must not be unhandled.
    connack.catch(() => undefined);
    this.#stream = await openByteStream({
      url: options.url,
      unref: options.unref,
      events: { onData: (bytes) => this.#parse(bytes), onClose: (cause) => this.#fail(cause) },
    });
    if (this.#ended !== undefined) {
      this.#stream.destroy();
      throw this.#ended;
    }
    const { clientId, keepAliveSeconds, will } = parameters;
    this.#send({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId,
      keepalive: keepAliveSeconds,
      ...(options.username === undefined ? {} : { username: options.username }),
      ...(options.password === undefined ? {} : { password: Buffer.from(options.password) }),
      ...(will === undefined
        ? {}
        : { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: will.retain } }),
    });
    const packet = await connack;
    if (packet.cmd !== 'connack' || packet.returnCode !== 0) {
      const code = packet.cmd === 'connack' ? packet.returnCode : packet.cmd;
      throw new TransportError(
        'TRANSPORT_REFUSED',
        `The broker at ${options.url.host} refused the connection (${code}).`,
      );
    }
    this.#startKeepAlive(keepAliveSeconds * 1000);
  }

  publish(topic: string, payload: Uint8Array, qos: 0 | 1, retain: boolean): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    const packet = { cmd: 'publish', topic, payload: bytes, qos, retain, dup: false } as const;
    if (qos === 0) {
      this.#send(packet);
      return Promise.resolve();
    }
    return this.#request((messageId) => this.#send({ ...packet, messageId })).then(() => undefined);
  }

  async subscribe(filters: readonly string[], qos: 0 | 1): Promise<readonly string[]> {
    const subscriptions = filters.map((topic) => ({ topic, qos }));
    const packet = await this.#request((messageId) =>
      this.#send({ cmd: 'subscribe', messageId, subscriptions }),
    );
    const granted = packet.cmd === 'suback' ? packet.granted : [];
    return filters.filter((_, n) => Number(granted[n] ?? 0x80) >= 0x80);
  }

  async unsubscribe(filters: readonly string[]): Promise<void> {
    await this.#request((messageId) =>
      this.#send({ cmd: 'unsubscribe', messageId, unsubscriptions: [...filters] }),
    );
  }

  ping(deadlineMs: number): Promise<boolean> {
    if (this.#ended !== undefined) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), deadlineMs);
      this.#pings.push((alive) => {
        clearTimeout(timer);
        resolve(alive);
      });
      this.#send({ cmd: 'pingreq' });
    });
  }

  idleMs(): number {
    return performance.now() - this.#lastReceived;
  }

  async end(): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#send({ cmd: 'disconnect' });
    this.#stream?.end();
    const timer = setTimeout(() => this.destroy(), END_MS);
    await this.closed;
    clearTimeout(timer);
  }

  destroy(): void {
    this.#stream?.destroy();
    this.#fail(new TransportError('TRANSPORT_LOST', 'The connection to the broker was given up.'));
  }

  #parse(bytes: Buffer): void {
    this.#lastReceived = performance.now();
    this.#parser.parse(bytes);
  }

  #receive(packet: Packet): void {
    switch (packet.cmd) {
      case 'publish':
        if (packet.qos === 1 && packet.messageId !== undefined)
          this.#send({ cmd: 'puback', messageId: packet.messageId });
        this.#onMessage({
          topic: packet.topic,
          payload:
            typeof packet.payload === 'string' ? Buffer.from(packet.payload) : (packet.payload ?? EMPTY),
          retained: packet.retain,
        });
        return;
      case 'connack':
        return this.#connack?.resolve(packet);
      case 'pingresp':
        for (const settle of this.#pings.splice(0)) settle(true);
        return;
      case 'puback':
      case 'suback':
      case 'unsuback':
        this.#answer(packet);
        return;
      default:
        // Nothing else is sent to a 3.1.1 client that never uses QoS 2.
        return this.#fail(
          new TransportError('TRANSPORT_LOST', `The broker sent an unexpected ${packet.cmd}.`),
        );
    }
  }

  #answer(packet: Packet): void {
    if (packet.messageId === undefined) return;
    this.#waiting.get(packet.messageId)?.resolve(packet);
    this.#waiting.delete(packet.messageId);
  }

  #request(send: (messageId: number) => void): Promise<Packet> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      // [MQTT-2.3.1-1]: 1 to 65,535, and none that is in use.
      do this.#messageId = (this.#messageId % 65_535) + 1;
      while (this.#waiting.has(this.#messageId));
      this.#waiting.set(this.#messageId, { resolve, reject });
      send(this.#messageId);
    });
  }

  #send(packet: Packet): void {
    this.#lastSent = performance.now();
    this.#stream?.write(generate(packet, { protocolVersion: 4 }));
  }

  /** [MQTT-3.1.2-23]: something has to be sent within each interval; [MQTT-3.1.2-24] ends it after one and a half. */
  #startKeepAlive(intervalMs: number): void {
    const quarter = Math.max(1, Math.floor(intervalMs / 4));
    this.#keepAlive = setInterval(() => {
      const now = performance.now();
      if (now - this.#lastReceived > intervalMs * 1.5 && now - this.#lastSent < intervalMs)
        return this.destroy();
      if (now - this.#lastSent >= intervalMs - quarter || now - this.#lastReceived >= intervalMs - quarter) {
        this.#send({ cmd: 'pingreq' });
      }
    }, quarter);
    if (this.#unref) this.#keepAlive.unref();
  }

  #fail(cause: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended =
      cause instanceof TransportError
        ? cause
        : new TransportError('TRANSPORT_LOST', 'The connection to the broker ended.', { cause });
    clearInterval(this.#keepAlive);
    this.#stream?.destroy();
    this.#connack?.reject(this.#ended);
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
    for (const settle of this.#pings.splice(0)) settle(false);
    this.#resolveClosed(this.#ended);
  }
}

import type { Connection, OpenParameters } from '../connection.ts';
import { type QualityOfService, TransportError, type TransportMessage } from '../transport.ts';
import type { BrokerTarget } from './broker-location.ts';
import { type ByteStream, openByteStream } from './byte-stream.ts';
import { KeepAlive } from './keep-alive.ts';
import { type IncomingPacket, PacketReader } from './packet-reader.ts';
import {
  DISCONNECT,
  encodeConnect,
  encodePuback,
  encodePublish,
  encodeSubscribe,
  encodeUnsubscribe,
  PINGREQ,
} from './packets.ts';

export type Credentials = { readonly username?: string | undefined; readonly password?: string | undefined };

type Answer = Extract<IncomingPacket, { readonly type: 'puback' | 'suback' | 'unsuback' }>;
type Waiting = {
  readonly type: Answer['type'];
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: TransportError) => void;
};

/** [MQTT-2.3.1-1]: 16 bits, but not 0. */
const PACKET_IDS = 65_535;

/** How long a broker may take to close its side after DISCONNECT. */
const END_MS = 500;

/** An MQTT 3.1.1 connection over a plain socket. Nothing of it is shared with the connection after it. */
export class PacketConnection implements Connection {
  /** Resolves with CONNACK's return code; rejects when the connection ends before. */
  readonly accepted: Promise<number>;
  readonly closed: Promise<TransportError>;
  readonly #parameters: OpenParameters;
  readonly #reader = new PacketReader((packet) => this.#receive(packet));
  readonly #opening = new AbortController();
  readonly #waiting = new Map<number, Waiting>();
  /** One for each PINGREQ that has no answer yet, in order. */
  readonly #pings: ((alive: boolean) => void)[] = [];
  #stream: ByteStream | undefined;
  #keepAlive: KeepAlive | undefined;
  #packetId = 0;
  #lastReceived = performance.now();
  #ended: TransportError | undefined;
  #accept: (returnCode: number) => void = () => undefined;
  #tellClosed: (reason: TransportError) => void = () => undefined;

  constructor(target: BrokerTarget, credentials: Credentials, parameters: OpenParameters) {
    this.#parameters = parameters;
    this.closed = new Promise((resolve) => {
      this.#tellClosed = resolve;
    });
    this.accepted = new Promise((resolve, reject) => {
      this.#accept = resolve;
      void this.closed.then(reject);
    });
    // Who awaits it is told; a connection that is given up before must not end the process.
    this.accepted.catch(() => undefined);
    this.#open(target, credentials).catch((cause: unknown) => this.#end(cause));
  }

  publish(topic: string, payload: Uint8Array, qos: QualityOfService, retain: boolean): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (qos === 0) {
      this.#stream?.write(encodePublish(topic, payload, retain));
      return Promise.resolve();
    }
    return this.#request('puback', (packetId) => encodePublish(topic, payload, retain, packetId)).then(
      () => undefined,
    );
  }

  async subscribe(filters: readonly string[], qos: QualityOfService): Promise<readonly string[]> {
    const answer = await this.#request('suback', (packetId) => encodeSubscribe(packetId, filters, qos));
    const returnCodes = answer.type === 'suback' ? answer.returnCodes : [];
    return filters.filter((_, n) => (returnCodes[n] ?? 0x80) >= 0x80);
  }

  async unsubscribe(filters: readonly string[]): Promise<void> {
    await this.#request('unsuback', (packetId) => encodeUnsubscribe(packetId, filters));
  }

  ping(deadlineMs: number): Promise<boolean> {
    if (this.#ended !== undefined) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), deadlineMs);
      if (this.#parameters.unref) timer.unref();
      this.#ping((alive) => {
        clearTimeout(timer);
        resolve(alive);
      });
    });
  }

  idleMs(): number {
    return performance.now() - this.#lastReceived;
  }

  async end(): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#stream?.write(DISCONNECT);
    this.#stream?.end();
    const timer = setTimeout(() => this.destroy(), END_MS);
    if (this.#parameters.unref) timer.unref();
    await this.closed;
    clearTimeout(timer);
  }

  destroy(cause?: unknown): void {
    this.#end(cause);
  }

  async #open(target: BrokerTarget, { username, password }: Credentials): Promise<void> {
    this.#stream = await openByteStream({
      ...target,
      unref: this.#parameters.unref,
      signal: this.#opening.signal,
      events: {
        onData: (bytes) => this.#read(bytes),
        onClose: (cause) => this.#end(cause),
      },
    });
    if (this.#ended === undefined)
      this.#stream.write(encodeConnect({ ...this.#parameters, username, password }));
    else this.#stream.destroy();
  }

  #read(bytes: Uint8Array): void {
    // A chunk that ends the connection may hold more.
    if (this.#ended !== undefined) return;
    this.#lastReceived = performance.now();
    try {
      this.#reader.read(bytes);
    } catch (cause) {
      this.#end(cause);
    }
  }

  #deliver(message: TransportMessage): void {
    try {
      this.#parameters.onMessage(message);
    } catch (error) {
      // A defect of whoever listens, not of the broker: it must be seen, and the connection goes on.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  #receive(packet: IncomingPacket): void {
    switch (packet.type) {
      case 'publish':
        if (packet.packetId !== undefined) this.#stream?.write(encodePuback(packet.packetId));
        return this.#deliver({ topic: packet.topic, payload: packet.payload, retained: packet.retain });
      case 'connack':
        if (packet.returnCode === 0) this.#startKeepAlive();
        return this.#accept(packet.returnCode);
      case 'pingresp':
        return this.#pings.shift()?.(true);
      case 'puback':
      case 'suback':
      case 'unsuback': {
        const waiting = this.#waiting.get(packet.packetId);
        if (waiting?.type !== packet.type) return;
        this.#waiting.delete(packet.packetId);
        return waiting.resolve(packet);
      }
    }
  }

  #request(type: Answer['type'], encode: (packetId: number) => Uint8Array): Promise<Answer> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (this.#waiting.size === PACKET_IDS)
      return Promise.reject(new TransportError('TRANSPORT_LOST', 'The broker acknowledges nothing.'));
    return new Promise((resolve, reject) => {
      // [MQTT-2.3.1-2]: none that is in use.
      do this.#packetId = (this.#packetId % PACKET_IDS) + 1;
      while (this.#waiting.has(this.#packetId));
      this.#waiting.set(this.#packetId, { type, resolve, reject });
      this.#stream?.write(encode(this.#packetId));
    });
  }

  /** Each PINGREQ has its own answer: a late one must not vouch for a connection that died since. */
  #ping(settle: (alive: boolean) => void): void {
    this.#pings.push(settle);
    this.#stream?.write(PINGREQ);
  }

  #startKeepAlive(): void {
    // 0 turns it off. [MQTT-3.1.2.10]
    if (this.#parameters.keepAliveSeconds === 0) return;
    const keepAlive = new KeepAlive({
      intervalMs: this.#parameters.keepAliveSeconds * 1000,
      unref: this.#parameters.unref,
      sendPing: () => this.#ping(() => keepAlive.answered()),
      onDead: () => this.#end(new Error('the broker did not answer a PINGREQ')),
    });
    this.#keepAlive = keepAlive;
  }

  #end(cause: unknown): void {
    if (this.#ended !== undefined) return;
    const error = new TransportError('TRANSPORT_LOST', 'The connection to the broker ended.', { cause });
    this.#ended = error;
    this.#keepAlive?.stop();
    this.#opening.abort();
    this.#stream?.destroy();
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    for (const settle of this.#pings.splice(0)) settle(false);
    this.#tellClosed(error);
  }
}

import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { Connection, OpenConnection } from '../connection.ts';
import { connectWith } from '../reconnect.ts';
import { type ConnectOptions, type Transport, TransportError } from '../transport.ts';

export type MqttOptions = ConnectOptions & {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
};

/** A transport over the `mqtt` package, to any broker. Rejects with TRANSPORT_UNREACHABLE or TRANSPORT_REFUSED. */
export async function connectMqtt(options: MqttOptions): Promise<Transport> {
  return await connectWith(openMqtt(options), options);
}

function openMqtt({ url, username, password }: MqttOptions): OpenConnection {
  return async ({ clientId, will, keepAliveSeconds, timeoutMs, onMessage }, signal) => {
    const settings: IClientOptions = {
      ...address(new URL(url)),
      protocolVersion: 4,
      clean: true,
      clientId,
      keepalive: keepAliveSeconds,
      connectTimeout: timeoutMs,
      // The transport reconnects, with a new client id and a new will, and subscribes again.
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(will === undefined
        ? {}
        : {
            will: {
              topic: will.topic,
              payload: Buffer.from(will.payload),
              qos: 1 as const,
              retain: will.retain,
            },
          }),
    };
    const client = mqtt.connect(settings);
    // Before CONNACK: retained messages may follow it at once.
    client.on('message', (topic, payload, packet) => onMessage({ topic, payload, retained: packet.retain }));
    const connection = new MqttConnection(client);
    await connected(client, url, signal);
    // Without it a small packet waits for the acknowledgement of the one before: 44 to 88 ms on plain TCP.
    if ('setNoDelay' in client.stream && typeof client.stream.setNoDelay === 'function')
      client.stream.setNoDelay(true);
    return connection;
  };
}

/** In parts: given a URL, mqtt.js parses it by an API that Node.js warns about. */
function address({ protocol, hostname, port, pathname, search }: URL): IClientOptions {
  const scheme = protocol.slice(0, -1);
  if (scheme !== 'mqtt' && scheme !== 'mqtts' && scheme !== 'ws' && scheme !== 'wss') {
    throw new TypeError(`expected mqtt:, mqtts:, ws: or wss:, got ${protocol}`);
  }
  return {
    protocol: scheme,
    host: hostname.replace(/^\[|\]$/g, ''),
    ...(port === '' ? {} : { port: Number(port) }),
    ...(scheme.startsWith('ws') ? { path: `${pathname}${search}` } : {}),
  };
}

function connected(client: MqttClient, url: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    const settle = (error?: TransportError): void => {
      client.off('connect', onConnect);
      client.off('close', onClose);
      signal.removeEventListener('abort', onClose);
      if (error === undefined) return resolve();
      client.end(true);
      reject(error);
    };
    const onConnect = (): void => settle();
    const onClose = (): void => settle(connectError(url, failure));
    client.once('connect', onConnect);
    client.once('close', onClose);
    // Stays: an error without a listener would end the process; the close that follows says what happened.
    client.on('error', (error) => {
      failure = error;
    });
    signal.addEventListener('abort', onClose, { once: true });
  });
}

function connectError(url: string, cause: Error | undefined): TransportError {
  const code = cause !== undefined && 'code' in cause ? cause.code : undefined;
  // CONNACK's return codes are 1 to 5. https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html#_Table_3.1_-
  return typeof code === 'number' && code >= 1 && code <= 5
    ? new TransportError('TRANSPORT_REFUSED', `The broker at ${hostOf(url)} refused the connection.`, {
        cause,
      })
    : new TransportError('TRANSPORT_UNREACHABLE', `No broker answered at ${hostOf(url)}.`, { cause });
}

/** A URL without its query and credentials: they may be secrets. */
function hostOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** How long a broker may take to close its side after DISCONNECT. */
const END_MS = 500;

class MqttConnection implements Connection {
  readonly #client: MqttClient;
  readonly closed: Promise<unknown>;
  /** What waits for an answer: mqtt.js forgets the callbacks of packets that were on their way when it ends. */
  readonly #waiting = new Set<(reason: unknown) => void>();
  #lastPacket = performance.now();
  #ended: unknown;

  constructor(client: MqttClient) {
    this.#client = client;
    client.on('packetreceive', () => {
      this.#lastPacket = performance.now();
    });
    this.closed = new Promise((resolve) => {
      client.once('close', () => {
        this.#ended ??= new TransportError('TRANSPORT_LOST', 'The connection to the broker ended.');
        for (const reject of this.#waiting) reject(this.#ended);
        this.#waiting.clear();
        resolve(this.#ended);
      });
    });
  }

  publish(topic: string, payload: Uint8Array, qos: 0 | 1, retain: boolean): Promise<void> {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    return this.#acknowledged((done) =>
      this.#client.publish(topic, bytes, { qos, retain }, (error) => done(error)),
    );
  }

  async subscribe(filters: readonly string[], qos: 0 | 1): Promise<readonly string[]> {
    const granted = await this.#acknowledged<readonly { readonly topic: string; readonly qos: number }[]>(
      (done) =>
        this.#client.subscribe([...filters], { qos }, (error, grants, packet) => {
          // mqtt.js reports a refusal as an error, and what was granted in the packet.
          const codes = packet?.granted?.map((code) => (typeof code === 'number' ? code : 0));
          if (codes === undefined) done(error ?? undefined, grants ?? []);
          else
            done(
              undefined,
              filters.map((topic, n) => ({ topic, qos: codes[n] ?? 0x80 })),
            );
        }),
    );
    return granted.filter((grant) => grant.qos >= 0x80).map(({ topic }) => topic);
  }

  unsubscribe(filters: readonly string[]): Promise<void> {
    return this.#acknowledged((done) =>
      this.#client.unsubscribe([...filters], (error) => done(error ?? undefined)),
    );
  }

  ping(deadlineMs: number): Promise<boolean> {
    const client = this.#client;
    return new Promise((resolve) => {
      const settle = (alive: boolean): void => {
        clearTimeout(timer);
        client.off('packetreceive', onPacket);
        client.off('close', onClose);
        resolve(alive);
      };
      const onPacket = (packet: { readonly cmd: string }): void => {
        if (packet.cmd === 'pingresp') settle(true);
      };
      const onClose = (): void => settle(false);
      const timer = setTimeout(() => settle(false), deadlineMs);
      client.on('packetreceive', onPacket);
      client.once('close', onClose);
      client.sendPing();
    });
  }

  idleMs(): number {
    return performance.now() - this.#lastPacket;
  }

  async end(): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#client.end();
    const timer = setTimeout(() => this.destroy(), END_MS);
    await this.closed;
    clearTimeout(timer);
  }

  destroy(): void {
    this.#client.stream.destroy();
  }

  #acknowledged<T = void>(call: (done: (error?: Error | null, value?: T) => void) => unknown): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      call((error, value) => {
        this.#waiting.delete(reject);
        if (error === undefined || error === null) resolve(value as T);
        else reject(new TransportError('TRANSPORT_LOST', error.message, { cause: error }));
      });
    });
  }
}

import { createServer, type Server, type Socket } from 'node:net';
import { Aedes, type Client } from 'aedes';
import { type Packet, writeToStream } from 'mqtt-packet';
import type { DropCounter } from '../../protocol/drops.ts';
import { IOT_CORE } from '../../protocol/limits.ts';
import { urlHost } from '../http/url-host.ts';
import { listenError } from '../listen-error.ts';
import { isExact, judge, keepAlive, matches } from './rules.ts';

export type BrokerOptions = {
  readonly host: string;
  /** 0 is a free one. */
  readonly port: number;
  /** Every breach of a rule is counted here as `broker-rule`. */
  readonly drops: DropCounter;
};

export type Broker = {
  readonly url: string;
  readonly port: number;
  /** The retained message of an exact topic. */
  retained(topic: string): Promise<Uint8Array | undefined>;
  readonly connections: number;
  /** Ends every connection and frees the port. Idempotent. */
  close(): Promise<void>;
};

/** aedes' client with the members that its types leave out; pinned, and guarded by the tests of the rules. */
type AedesClient = Client & {
  readonly connackSent: boolean;
  readonly subscriptions: Readonly<Record<string, unknown>>;
  readonly _parser: { emit(event: string, packet: Packet): boolean };
};

type Persistence = {
  createRetainedStreamCombi(patterns: readonly string[]): NodeJS.ReadableStream;
};

// Filling the cache of all two-byte numbers costs the first packet 20 ms and the process 65,536 buffers.
writeToStream.cacheNumbers = false;

/** An MQTT 3.1.1 broker in this process, with IoT Core's rules on top of aedes. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { drops } = options;
  const aedes = await Aedes.createBroker({
    // IoT Core sends an answer to each CONNECT; a socket that never sends one is closed.
    connectTimeout: 10_000,
    maxTopicLevels: 16,
    preConnect: (_client, packet, done) => {
      // Held to the end of the connection: aedes ends it after one and a half of this.
      Object.assign(packet, { keepalive: keepAlive(packet.keepalive) });
      done(null, true);
    },
    authorizeSubscribe: (client, subscription, done) => {
      const held = Object.keys((client as AedesClient).subscriptions);
      const full = held.length >= IOT_CORE.subscriptionsPerConnection && !held.includes(subscription.topic);
      if (full) drops.drop('broker-rule', `more than 50 subscriptions (client ${client.id})`);
      // null makes the return code in the SUBACK 0x80.
      done(null, full ? null : subscription);
    },
    authorizeForward: (client, packet) => (forwards(client as AedesClient, packet.topic) ? packet : null),
  });
  const persistence = (aedes as unknown as { readonly persistence: Persistence }).persistence;
  retainOnlyToExactFilters(persistence);
  const countError = (client: Client, error: Error): void =>
    drops.drop('connection-closed', `${nameOf(client)}: ${error.message}`);
  aedes.on('clientError', countError);
  aedes.on('connectionError', countError);

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Without it a small packet waits for the acknowledgement of the one before: 44 to 88 ms on plain TCP.
    socket.setNoDelay(true);
    enforceRules(aedes.handle(socket) as AedesClient, socket, drops);
  });
  const port = await listen(server, options).catch(async (error: unknown) => {
    await closeAll(aedes, server, sockets);
    throw error;
  });
  let closing: Promise<void> | undefined;
  return {
    url: `mqtt://${urlHost(options.host)}:${port}`,
    port,
    retained: (topic) => readRetained(persistence, topic),
    get connections() {
      return aedes.connectedClients;
    },
    close() {
      closing ??= closeAll(aedes, server, sockets);
      return closing;
    },
  };
}

/**
 * Judges each packet before aedes sees it: aedes has no hook that comes before its own handling of QoS 2, and parsing
 * twice would cost every message.
 */
function enforceRules(client: AedesClient, socket: Socket, drops: DropCounter): void {
  const parser = client._parser;
  const emit = parser.emit.bind(parser);
  parser.emit = (event, packet) => {
    if (event !== 'packet') return emit(event, packet);
    // The parser goes on with the packets that came together with the one that broke a rule.
    if (socket.destroyed) return true;
    const verdict = judge(packet, client);
    if (verdict === undefined) return emit(event, packet);
    drops.drop('broker-rule', `${verdict.rule} (${nameOf(client)})`);
    if (verdict.action === 'disconnect') socket.destroy();
    return true;
  };
}

function nameOf(client: Client): string {
  // null until aedes has handled its CONNECT, whatever the types say.
  const id: string | null = client.id;
  return id === null ? 'a connection without CONNECT' : `client ${id}`;
}

/**
 * `a/#` and `+/#` need a second look: aedes lets them match `a`, as MQTT says and IoT Core does not. Most messages of
 * llx go to an exact subscription, which costs one look-up.
 */
function forwards({ subscriptions }: AedesClient, topic: string): boolean {
  if (subscriptions[topic] !== undefined) return true;
  for (const filter in subscriptions) if (matches(filter, topic)) return true;
  return false;
}

function retainOnlyToExactFilters(persistence: Persistence): void {
  const create = persistence.createRetainedStreamCombi.bind(persistence);
  persistence.createRetainedStreamCombi = (patterns) => create(patterns.filter(isExact));
}

async function readRetained(persistence: Persistence, topic: string): Promise<Uint8Array | undefined> {
  if (!isExact(topic)) return undefined;
  for await (const packet of persistence.createRetainedStreamCombi([topic])) {
    const { payload } = packet as unknown as { readonly payload: Uint8Array };
    if (payload.byteLength > 0) return payload;
  }
  return undefined;
}

function listen(server: Server, { host, port }: BrokerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    // Stays: a failed accept, as when no file descriptor is left, must not end the process.
    server.on('error', (cause) =>
      reject(listenError(cause, { host, port, service: 'the MQTT broker', flag: '--mqtt-port' })),
    );
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address === 'string')
        return reject(new TypeError('expected a TCP address'));
      resolve(address.port);
    });
  });
}

async function closeAll(aedes: Aedes, server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
  await new Promise<void>((resolve) => aedes.close(() => resolve()));
  for (const socket of sockets) socket.destroy();
  await stopped;
}

import { createServer, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { Aedes, type Client } from 'aedes';
import { writeToStream } from 'mqtt-packet';
import type { DropCounter } from '../../protocol/drops.ts';
import { QUOTA_PROFILES, type QuotaProfile } from '../../protocol/quota-profile.ts';
import { urlHost } from '../http/url-host.ts';
import { listenError } from '../listen-error.ts';
import { type AedesClient, nameOf } from './aedes-client.ts';
import type { BrokerIdentity } from './authorization.ts';
import { ConnectionGuard } from './connection-guard.ts';
import { ConnectionQuotas } from './connection-quotas.ts';
import { type BrokerMessage, type MessageListener, Messages, type PublishCause } from './messages.ts';
import { MeteredStream } from './metered-stream.ts';
import { RateByKey } from './rate-by-key.ts';
import { isExact, keepAlive } from './rules.ts';

export type BrokerOptions = {
  readonly host: string;
  /** 0 is a free one. */
  readonly port: number;
  /** Who comes in by the plain port, where nobody says who he is. @default may do everything */
  readonly plain?: BrokerIdentity;
  /** Every breach of a rule is counted here as `broker-rule`. */
  readonly drops: DropCounter;
  /** @default none */
  readonly quotas?: QuotaProfile;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
};

export type Broker = {
  readonly url: string;
  readonly port: number;
  /** The retained message of an exact topic. */
  retained(topic: string): Promise<Uint8Array | undefined>;
  /** As a client of the broker would, without one: nothing is asked of it. */
  publish(message: BrokerMessage, cause?: PublishCause): Promise<void>;
  /** Each message but llx's own, for a listener that returns at once and does not throw. Gives what ends it. */
  observe(listener: MessageListener): () => void;
  readonly connections: number;
  /** Takes a connection that came another way than by the plain port. Its end is the broker's, too. */
  accept(stream: Duplex, identity: BrokerIdentity): void;
  /** Ends every connection and frees the port. Idempotent. */
  close(): Promise<void>;
};

type Persistence = {
  createRetainedStreamCombi(patterns: readonly string[]): NodeJS.ReadableStream;
};

/** Return codes of CONNACK. [MQTT-3.2.2-3] */
const SERVER_UNAVAILABLE = 3;
const NOT_AUTHORIZED = 5;

/** A CONNECT that was answered with a return code, and counted by its rule. */
class ConnectRefused extends Error {
  override readonly name = 'ConnectRefused';
  readonly returnCode: number;

  constructor(returnCode: number) {
    super('connect refused');
    this.returnCode = returnCode;
  }
}

// Filling the cache of all two-byte numbers costs the first packet 20 ms and the process 65,536 buffers.
writeToStream.cacheNumbers = false;

/** An MQTT 3.1.1 broker in this process, with IoT Core's rules on top of aedes. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { drops, quotas = QUOTA_PROFILES.none, now = () => performance.now() } = options;
  const guards = new WeakMap<Client, ConnectionGuard>();
  const limited = quotas.name !== 'none';
  const connects = limited ? new RateByKey(quotas.connectsPerSecond, now) : undefined;
  const retained = limited ? new RateByKey(quotas.retainedPublishesPerSecond, now) : undefined;
  const aedes = await Aedes.createBroker({
    // IoT Core sends an answer to each CONNECT; a socket that never sends one is closed.
    connectTimeout: 10_000,
    maxTopicLevels: 16,
    preConnect: (_client, packet, done) => {
      // Held to the end of the connection: aedes ends it after one and a half of this.
      Object.assign(packet, { keepalive: keepAlive(packet.keepalive, quotas.keepAliveSeconds) });
      done(null, true);
    },
    authenticate: (client, _username, _password, done) => {
      const guard = guards.get(client);
      const denial = guard?.refuseConnect();
      const throttled = denial === undefined && connects?.tryTake(client.id) === false;
      if (denial === undefined && !throttled) return done(null, true);
      guard?.drop(denial ?? `more than ${quotas.connectsPerSecond} CONNECTs per second of a client id`);
      done(new ConnectRefused(throttled ? SERVER_UNAVAILABLE : NOT_AUTHORIZED), null);
    },
    authorizeSubscribe: (client, subscription, done) => {
      // null makes the return code in the SUBACK 0x80.
      done(null, guards.get(client)?.holds(subscription.topic) === false ? null : subscription);
    },
    authorizeForward: (client, packet) => (guards.get(client)?.forwards(packet) === true ? packet : null),
  });
  const persistence = (aedes as unknown as { readonly persistence: Persistence }).persistence;
  retainOnlyToExactFilters(persistence);
  const countError = (client: Client, error: Error): void => {
    if (!(error instanceof ConnectRefused))
      drops.drop('connection-closed', `${nameOf(client)}: ${error.message}`);
  };
  aedes.on('clientError', countError);
  aedes.on('connectionError', countError);
  const messages = new Messages(aedes);

  const streams = new Set<Duplex>();
  const accept = (stream: Duplex, identity?: BrokerIdentity): void => {
    streams.add(stream);
    stream.once('close', () => streams.delete(stream));
    const metered = limited ? new MeteredStream(stream, quotas.bytesPerSecond, now) : undefined;
    const client = aedes.handle(metered ?? stream) as AedesClient;
    const counted = metered && new ConnectionQuotas(quotas, metered, now);
    guards.set(client, new ConnectionGuard(client, { drops, identity, quotas: counted, retained }));
  };
  const server = createServer({ noDelay: true }, (socket) => accept(socket, options.plain));
  const port = await listen(server, options).catch(async (error: unknown) => {
    await closeAll(aedes, server, streams);
    throw error;
  });
  let closing: Promise<void> | undefined;
  return {
    url: `mqtt://${urlHost(options.host)}:${port}`,
    port,
    retained: (topic) => readRetained(persistence, topic),
    publish: (message, cause) => messages.publish(message, cause),
    observe: (listener) => messages.observe(listener),
    get connections() {
      return aedes.connectedClients;
    },
    accept,
    close() {
      closing ??= closeAll(aedes, server, streams);
      return closing;
    },
  };
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

async function closeAll(aedes: Aedes, server: Server, streams: ReadonlySet<Duplex>): Promise<void> {
  const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
  await new Promise<void>((resolve) => aedes.close(() => resolve()));
  for (const stream of streams) stream.destroy();
  await stopped;
}

import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { OpenConnection } from '../connection.ts';
import { connectWith } from '../reconnect.ts';
import { type ConnectOptions, type Transport, TransportError } from '../transport.ts';
import { type BrokerAddress, parseBrokerUrl } from './broker-address.ts';
import { MqttConnection } from './mqtt-connection.ts';

/** The timers of the `mqtt` package always keep a process alive. */
export type MqttOptions = Omit<ConnectOptions, 'unref'> & {
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
    const address = parseBrokerUrl(url);
    signal.throwIfAborted();
    const settings: IClientOptions = {
      // In parts: given a URL, mqtt.js parses it by an API that Node.js warns about.
      protocol: address.scheme,
      host: address.host,
      port: address.port,
      ...(address.scheme.startsWith('ws') ? { path: address.path } : {}),
      protocolVersion: 4,
      clean: true,
      clientId,
      keepalive: keepAliveSeconds,
      // A PINGREQ now and then, instead of a timer that is set anew by every publish.
      reschedulePings: false,
      connectTimeout: timeoutMs,
      // The transport reconnects, with a new client id and a new will, and subscribes again.
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      // Its cache of all two-byte numbers takes 40 ms to fill.
      writeCache: false,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(will === undefined ? {} : { will: { ...will, payload: Buffer.from(will.payload), qos: 1 } }),
    };
    const client = mqtt.connect(settings);
    const connection = new MqttConnection(client);
    client.on('message', (topic, payload, packet) => onMessage({ topic, payload, retained: packet.retain }));
    await connected(client, address, signal);
    // Without it a small packet waits for the acknowledgement of the one before: 44 to 88 ms on plain TCP.
    if ('setNoDelay' in client.stream && typeof client.stream.setNoDelay === 'function')
      client.stream.setNoDelay(true);
    return connection;
  };
}

function connected(client: MqttClient, address: BrokerAddress, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    const settle = (error?: TransportError): void => {
      client.off('connect', onConnect);
      client.off('close', onClose);
      client.off('error', onError);
      signal.removeEventListener('abort', onClose);
      if (error === undefined) return resolve();
      client.end(true);
      client.stream.destroy();
      reject(error);
    };
    const onConnect = (): void => settle();
    const onClose = (): void => settle(connectError(address, failure));
    const onError = (error: Error): void => {
      failure = error;
    };
    client.once('connect', onConnect);
    client.once('close', onClose);
    client.on('error', onError);
    signal.addEventListener('abort', onClose, { once: true });
  });
}

function connectError({ shown }: BrokerAddress, cause: Error | undefined): TransportError {
  const code = cause !== undefined && 'code' in cause ? cause.code : undefined;
  // CONNACK's return codes are 1 to 5. https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html#_Table_3.1_-
  return typeof code === 'number' && code >= 1 && code <= 5
    ? new TransportError(
        'TRANSPORT_REFUSED',
        `The broker at ${shown} refused the connection (CONNACK ${code}).`,
        { cause },
      )
    : new TransportError('TRANSPORT_UNREACHABLE', `No broker answered at ${shown}.`, { cause });
}

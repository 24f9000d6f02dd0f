import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { OpenConnection, OpenParameters } from '../connection.ts';
import { connectWith } from '../reconnect.ts';
import { type ConnectOptions, type Transport, TransportError } from '../transport.ts';
import { attempt, connectError } from './attempt.ts';
import { type BrokerLocation, locateBroker } from './broker-location.ts';
import { openByteDuplex } from './byte-duplex.ts';
import { openByteStream } from './byte-stream.ts';
import { dial } from './dial.ts';
import { MqttConnection } from './mqtt-connection.ts';

/** The timers of the `mqtt` package always keep a process alive. */
export type MqttOptions = Omit<ConnectOptions, 'unref'> & BrokerLocation;

/** A transport over the `mqtt` package, to any broker. Rejects with TRANSPORT_UNREACHABLE or TRANSPORT_REFUSED. */
export async function connectMqtt(options: MqttOptions): Promise<Transport> {
  return await connectWith(openMqtt(options), options);
}

function openMqtt(location: BrokerLocation): OpenConnection {
  return (parameters, closing) =>
    attempt({ ...parameters, signal: closing }, async (signal) => {
      const target = await locateBroker(location, signal);
      const { scheme, shown } = target.address;
      try {
        // Opened here and not by the package: TLS, proxies and refusals are the same for every client.
        const to = { ...target, signal, unref: false };
        const stream =
          scheme === 'ws' || scheme === 'wss'
            ? await openByteDuplex((events) => openByteStream({ ...to, events }))
            : await dial(to);
        const client = new mqtt.MqttClient(() => stream, settingsOf(parameters, location));
        const connection = new MqttConnection(client);
        client.on('message', (topic, payload, packet) =>
          parameters.onMessage({ topic, payload, retained: packet.retain }),
        );
        await connected(client, shown, signal);
        return connection;
      } catch (error) {
        throw connectError(error, shown);
      }
    });
}

function settingsOf(
  { clientId, will, keepAliveSeconds, timeoutMs }: OpenParameters,
  { username, password }: BrokerLocation,
): IClientOptions {
  return {
    protocolId: 'MQTT',
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
}

function connected(client: MqttClient, shown: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: unknown;
    const settle = (run: () => void): void => {
      client.off('connect', onConnect);
      client.off('close', onClose);
      client.off('error', onError);
      signal.removeEventListener('abort', onAbort);
      run();
    };
    const fail = (error: unknown): void =>
      settle(() => {
        client.end(true);
        client.stream.destroy();
        reject(error);
      });
    const onConnect = (): void => settle(resolve);
    const onClose = (): void => fail(refusal(failure, shown) ?? failure);
    const onAbort = (): void => fail(signal.reason);
    const onError = (error: Error): void => {
      failure = error;
    };
    client.once('connect', onConnect);
    client.once('close', onClose);
    client.on('error', onError);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}

function refusal(cause: unknown, shown: string): TransportError | undefined {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  // CONNACK's return codes are 1 to 5. https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html#_Table_3.1_-
  if (typeof code !== 'number' || code < 1 || code > 5) return undefined;
  return new TransportError(
    'TRANSPORT_REFUSED',
    `The broker at ${shown} refused the connection (CONNACK ${code}).`,
    { cause },
  );
}

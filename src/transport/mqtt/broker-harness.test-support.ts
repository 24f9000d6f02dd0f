import type { TransportHarness } from '../contract/contract-clients.contract.ts';
import type { ConnectOptions, Transport } from '../transport.ts';
import { issueForTest } from './certificates.test-support.ts';
import type { IotCoreLocation } from './device-sdk-transport.ts';
import { FrailNetwork, freePort, listenInSilence } from './frail-network.test-support.ts';

import { startWebSocketBridge } from './web-socket-bridge.test-support.ts';

type ConnectByUrl = (options: ConnectOptions & { readonly url: string }) => Promise<Transport>;

type BrokerInTest = { readonly port: number; close(): Promise<void> };

/** A transport that connects by URL, a broker over TCP, and a frail network between them. */
export async function startBrokerHarness(
  connect: ConnectByUrl,
  broker: BrokerInTest,
  limits: Pick<TransportHarness, 'subscriptionLimit'> = {},
): Promise<TransportHarness> {
  const network = await FrailNetwork.start(broker.port);
  const silence = await listenInSilence();
  const nobody = await freePort();
  const connectTo = (port: number, options: ConnectOptions): Promise<Transport> =>
    connect({ ...options, url: `mqtt://127.0.0.1:${port}` });
  return {
    connect: (options) => connectTo(network.port, options),
    connectToNothing: (options) => connectTo(nobody, options),
    connectToSilence: (options) => connectTo(silence.port, options),
    cut: (clientId) => network.cut(clientId),
    freeze: (clientId) => network.freeze(clientId),
    accept: (accepting) => {
      network.accepting = accepting;
    },
    ...limits,
    async close() {
      await network.close();
      await silence.close();
      await broker.close();
    },
  };
}

/** The same over WebSockets, which end where the frail network begins. */
export async function startWebSocketHarness(
  connect: ConnectByUrl,
  broker: BrokerInTest,
  limits: Pick<TransportHarness, 'subscriptionLimit'> = {},
): Promise<TransportHarness> {
  const bridges = new Map<string, Promise<BrokerInTest>>();
  const overWebSocket: ConnectByUrl = async (options) => {
    const { port } = new URL(options.url);
    const bridge = bridges.get(port) ?? startWebSocketBridge(Number(port));
    bridges.set(port, bridge);
    return connect({ ...options, url: `ws://127.0.0.1:${(await bridge).port}/mqtt` });
  };
  const harness = await startBrokerHarness(overWebSocket, broker, limits);
  return {
    ...harness,
    async close() {
      await harness.close();
      for (const bridge of bridges.values()) await (await bridge).close();
    },
  };
}

/** The same over WebSockets and TLS, as IoT Core speaks them, with a certificate that only the client's CA vouches for. */
export async function startSecureHarness(
  connect: (options: ConnectOptions & IotCoreLocation) => Promise<Transport>,
  broker: BrokerInTest,
  limits: Pick<TransportHarness, 'subscriptionLimit'> = {},
): Promise<TransportHarness> {
  const { ca, cert, key } = await issueForTest();
  const bridges = new Map<string, Promise<BrokerInTest>>();
  const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret' });
  const overTls: ConnectByUrl = async ({ url, ...options }) => {
    const { port } = new URL(url);
    const bridge = bridges.get(port) ?? startWebSocketBridge(Number(port), { cert, key });
    bridges.set(port, bridge);
    const endpoint = `127.0.0.1:${(await bridge).port}`;
    return connect({ ...options, endpoint, region: 'us-east-1', credentials, ca });
  };
  const harness = await startBrokerHarness(overTls, broker, limits);
  return {
    ...harness,
    async close() {
      await harness.close();
      for (const bridge of bridges.values()) await (await bridge).close();
    },
  };
}

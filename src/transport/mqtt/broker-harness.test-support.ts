import type { TransportHarness } from '../contract/contract-clients.contract.ts';
import type { ConnectOptions, Transport } from '../transport.ts';
import { FrailNetwork, freePort, listenInSilence } from './frail-network.test-support.ts';

type BrokerInTest = { readonly port: number; close(): Promise<void> };

/** A transport that connects by URL, a broker, and a frail network between them. */
export async function startBrokerHarness(
  connect: (options: ConnectOptions & { readonly url: string }) => Promise<Transport>,
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

import { describe } from 'vitest';
import { startBroker } from '../../emulator/broker/broker.ts';
import { DropCounter } from '../../protocol/drops.ts';
import { IOT_CORE } from '../../protocol/limits.ts';
import { describeTransport } from '../transport.contract.ts';
import { startBrokerHarness, startWebSocketHarness } from './broker-harness.test-support.ts';
import { hasMosquitto, startMosquitto } from './mosquitto.test-support.ts';
import { connectPacket } from './packet-transport.ts';

describeTransport('a transport over plain packets, to the broker of the emulator', async () => {
  const broker = await startBroker({ host: '127.0.0.1', port: 0, drops: new DropCounter() });
  return startBrokerHarness(connectPacket, broker, {
    subscriptionLimit: IOT_CORE.subscriptionsPerConnection,
  });
});

describeTransport(
  'a transport over plain packets and WebSockets, to the broker of the emulator',
  async () => {
    const broker = await startBroker({ host: '127.0.0.1', port: 0, drops: new DropCounter() });
    return startWebSocketHarness(connectPacket, broker, {
      subscriptionLimit: IOT_CORE.subscriptionsPerConnection,
    });
  },
);

describe.skipIf(!hasMosquitto)(
  'with Mosquitto (skipped where the program mosquitto is not installed)',
  () => {
    describeTransport('a transport over plain packets', async () =>
      startBrokerHarness(connectPacket, await startMosquitto()),
    );
  },
);

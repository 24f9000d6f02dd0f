import { describe } from 'vitest';
import { startBroker } from '../../emulator/broker/broker.ts';
import { DropCounter } from '../../protocol/drops.ts';
import { IOT_CORE } from '../../protocol/limits.ts';
import { describeTransport } from '../transport.contract.ts';
import { startBrokerHarness, startWebSocketHarness } from './broker-harness.test-support.ts';
import { hasMosquitto, startMosquitto } from './mosquitto.test-support.ts';
import { connectMqtt } from './mqtt-transport.ts';

describeTransport('a transport over the mqtt package, to the broker of the emulator', async () => {
  const broker = await startBroker({ host: '127.0.0.1', port: 0, drops: new DropCounter() });
  return startBrokerHarness(connectMqtt, broker, { subscriptionLimit: IOT_CORE.subscriptionsPerConnection });
});

describeTransport(
  'a transport over the mqtt package and WebSockets, to the broker of the emulator',
  async () => {
    const broker = await startBroker({ host: '127.0.0.1', port: 0, drops: new DropCounter() });
    return startWebSocketHarness(connectMqtt, broker, {
      subscriptionLimit: IOT_CORE.subscriptionsPerConnection,
    });
  },
);

describe.skipIf(!hasMosquitto)(
  'with Mosquitto (skipped where the program mosquitto is not installed)',
  () => {
    describeTransport('a transport over the mqtt package', async () =>
      startBrokerHarness(connectMqtt, await startMosquitto()),
    );
  },
);

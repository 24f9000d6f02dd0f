import { describe } from 'vitest';
import { startBroker } from '../../emulator/broker/broker.ts';
import { DropCounter } from '../../protocol/drops.ts';
import { IOT_CORE } from '../../protocol/limits.ts';
import { describeTransport } from '../transport.contract.ts';
import { startSecureHarness } from './broker-harness.test-support.ts';
import { connectIotCore } from './connect-iot-core.ts';
import { loadDeviceSdk } from './device-sdk.ts';

const clients = ['device-sdk', 'mqtt'] as const;
const installed = (await loadDeviceSdk()) !== undefined;

describe.each(clients)('to IoT Core with the client %s (skipped where it is not installed)', (client) => {
  describe.skipIf(client === 'device-sdk' && !installed)('over WebSockets and TLS', () => {
    describeTransport('a transport', async () => {
      const broker = await startBroker({ host: '127.0.0.1', port: 0, drops: new DropCounter() });
      return startSecureHarness((options) => connectIotCore({ ...options, client }), broker, {
        subscriptionLimit: IOT_CORE.subscriptionsPerConnection,
      });
    });
  });
});

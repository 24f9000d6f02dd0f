import { presignWebSocketUrl } from '../../signature/presign-websocket-url.ts';
import type { ConnectOptions, Transport } from '../transport.ts';
import { loadDeviceSdk } from './device-sdk.ts';
import type { IotCoreLocation } from './device-sdk-transport.ts';

export type IotCoreOptions = Omit<ConnectOptions, 'unref'> &
  IotCoreLocation & {
    /**
     * `mqtt`: the package of that name, with a presigned URL. `device-sdk`: AWS's own, which cannot turn Nagle's
     * algorithm off, so that an answer that follows its claim waits for the acknowledgement of the claim.
     *
     * @default 'mqtt'
     */
    readonly client?: 'device-sdk' | 'mqtt';
  };

/**
 * A transport to IoT Core over WebSockets, with new credentials and a new signature at every attempt. Rejects with
 * TRANSPORT_UNREACHABLE or TRANSPORT_REFUSED; with an Error when the device SDK is asked for and not installed.
 */
export async function connectIotCore({ client = 'mqtt', ...options }: IotCoreOptions): Promise<Transport> {
  if (client === 'device-sdk') {
    const [sdk, { connectDeviceSdk }] = await Promise.all([
      loadDeviceSdk(),
      import('./device-sdk-transport.ts'),
    ]);
    if (sdk === undefined)
      throw new Error('Expected the package aws-iot-device-sdk-v2, but it cannot be loaded.');
    return await connectDeviceSdk({ ...options, sdk });
  }
  // Loaded here: who has the device SDK needs no second client.
  const { connectMqtt } = await import('./mqtt-transport.ts');
  const { endpoint: host, region, credentials, ca, ...connect } = options;
  return await connectMqtt({
    ...connect,
    tls: { ca },
    url: async () => presignWebSocketUrl({ host, region, credentials: await credentials() }),
  });
}

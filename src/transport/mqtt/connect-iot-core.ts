import { presignWebSocketUrl } from '../../signature/presign-websocket-url.ts';
import type { ConnectOptions, Transport } from '../transport.ts';
import { loadDeviceSdk } from './device-sdk.ts';
import type { IotCoreLocation } from './device-sdk-transport.ts';

export type IotCoreOptions = Omit<ConnectOptions, 'unref'> &
  IotCoreLocation & {
    /** @default AWS's device SDK where it is installed, else the `mqtt` package with a presigned URL */
    readonly client?: 'device-sdk' | 'mqtt';
  };

/**
 * A transport to IoT Core over WebSockets, with new credentials and a new signature at every attempt. Rejects with
 * TRANSPORT_UNREACHABLE or TRANSPORT_REFUSED; with an Error when the device SDK is asked for and not installed.
 */
export async function connectIotCore({ client, ...options }: IotCoreOptions): Promise<Transport> {
  const sdk = client === 'mqtt' ? undefined : await loadDeviceSdk();
  if (sdk !== undefined) {
    const { connectDeviceSdk } = await import('./device-sdk-transport.ts');
    return await connectDeviceSdk({ ...options, sdk });
  }
  if (client === 'device-sdk')
    throw new Error('Expected the package aws-iot-device-sdk-v2, but it cannot be loaded.');
  // Loaded here: who has the device SDK needs no second client.
  const { connectMqtt } = await import('./mqtt-transport.ts');
  const { endpoint: host, region, credentials, ca, ...connect } = options;
  return await connectMqtt({
    ...connect,
    tls: { ca },
    url: async () => presignWebSocketUrl({ host, region, credentials: await credentials() }),
  });
}

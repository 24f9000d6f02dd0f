import type { IncomingMessage } from 'node:http';
import type { DropCounter } from '../../protocol/drops.ts';
import { QUOTA_PROFILES, type QuotaProfile } from '../../protocol/quota-profile.ts';
import type { BrokerIdentity } from '../broker/authorization.ts';
import type { Broker } from '../broker/broker.ts';
import type { ApiServer } from '../http/api-server.ts';
import type { Identities } from '../identity/identities.ts';
import type { Principal } from '../identity/principal.ts';
import type { ServedHosts } from '../server/served-hosts.ts';
import type { IotPorts } from './iot-ports.ts';

export type AskedPorts = {
  readonly host: string;
  readonly account: string;
  readonly region: string;
  /** MQTT over WebSocket with SigV4, and IoT's data plane over HTTPS. 0 is a free one; absent: not opened. */
  readonly wssPort?: number;
  /** MQTT with client certificates. 0 is a free one; absent: not opened. */
  readonly mtlsPort?: number;
  /** Where the CA, the server's and the client's certificate are kept. @default .llx/certificates */
  readonly certificateDirectory?: string;
  /** What the broker allows a connection. @default none */
  readonly quotas?: QuotaProfile;
  /** The names by which it may be called. @default `host`, and those of this machine */
  readonly hosts?: ServedHosts;
};

/** IoT Core's ports, loaded only where they are asked for: the offline path starts without TLS. */
export async function openAskedPorts(
  options: AskedPorts,
  parts: {
    readonly broker: Broker;
    readonly identities: Identities;
    readonly api: ApiServer;
    readonly drops: DropCounter;
  },
): Promise<IotPorts | undefined> {
  const { wssPort, mtlsPort, account, region } = options;
  if (wssPort === undefined && mtlsPort === undefined) return undefined;
  const { openIotPorts } = await import('./iot-ports.ts');
  const { broker, identities, api, drops } = parts;
  return await openIotPorts({
    ...options,
    certificateDirectory: options.certificateDirectory ?? '.llx/certificates',
    broker,
    drops,
    connectionSeconds: (options.quotas ?? QUOTA_PROFILES.none).connectionSeconds,
    onRequest: (request, response) => api.app.server.emit('request', request, response),
    identify(request): BrokerIdentity {
      const principal = identify(identities, request, 'iotdevicegateway');
      const arn = `arn:aws:iot:${region}:${account}:`;
      return {
        name: principal.arn,
        allows: (action, resource) => identities.allows(principal, action, `${arn}${resource}`),
      };
    },
  });
}

/** Who a request without a body comes from. */
function identify(identities: Identities, request: IncomingMessage, service: string): Principal {
  const { method = 'GET', url = '/', headers } = request;
  return identities.verify({ method, path: url, headers, body: new Uint8Array(), service });
}

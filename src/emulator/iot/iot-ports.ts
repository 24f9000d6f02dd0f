import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DropCounter } from '../../protocol/drops.ts';
import type { BrokerIdentity } from '../broker/authorization.ts';
import type { Broker } from '../broker/broker.ts';
import { openCertificatePort } from '../broker/certificate-port.ts';
import { openWebSocketPort } from '../broker/web-socket-port.ts';
import { type Certificates, openCertificates } from '../certificates/certificate-store.ts';

export type IotPortsOptions = {
  readonly host: string;
  /** 0 is a free one; absent: not opened. */
  readonly wssPort?: number | undefined;
  readonly mtlsPort?: number | undefined;
  readonly certificateDirectory: string;
  readonly account: string;
  readonly region: string;
  readonly broker: Broker;
  /** Who a signed request comes from, with his policies. Throws AwsError. */
  readonly identify: (request: IncomingMessage) => BrokerIdentity;
  /** What is no WebSocket on that port. */
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly connectionSeconds: number;
  readonly drops: DropCounter;
};

export type IotPorts = {
  /** For the ready line. */
  readonly addresses: { readonly wss?: string; readonly mtls?: string; readonly ca: string };
  /** `localhost:8443`; what DescribeEndpoint answers. Undefined: no WebSockets here. */
  readonly endpoint: string | undefined;
  readonly certificates: Certificates;
  /** Idempotent. */
  close(): Promise<void>;
};

/** IoT Core's two ways in beside the plain port of the offline path. Loaded only where one of them is asked for. */
export async function openIotPorts(options: IotPortsOptions): Promise<IotPorts> {
  const { host, wssPort, mtlsPort, broker, drops, account, region } = options;
  const certificates = await openCertificates({ directory: options.certificateDirectory, host });
  const common = { host, certificate: certificates.server, accept: broker.accept, drops };
  const opened = await Promise.allSettled([
    wssPort === undefined ? undefined : openWebSocketPort({ ...options, ...common, port: wssPort }),
    mtlsPort === undefined
      ? undefined
      : openCertificatePort({
          ...common,
          port: mtlsPort,
          ca: certificates.ca,
          identify: (id) => certificateIdentity(`arn:aws:iot:${region}:${account}:cert/${id}`),
        }),
    // So that a device SDK can connect: its files are there when the ready line names the port.
    mtlsPort === undefined ? undefined : certificates.client(),
  ] as const);
  const [wss, mtls] = opened.map((port) =>
    port.status === 'fulfilled' && port.value !== undefined && 'close' in port.value ? port.value : undefined,
  );
  const close = async (): Promise<void> => {
    await Promise.all([wss?.close(), mtls?.close()]);
  };
  const failed = opened.find((port) => port.status === 'rejected');
  if (failed !== undefined) {
    await close();
    throw failed.reason;
  }
  return {
    addresses: {
      ...(wss === undefined ? {} : { wss: wss.url }),
      ...(mtls === undefined ? {} : { mtls: mtls.url }),
      ca: certificates.caFile,
    },
    endpoint: wss === undefined ? undefined : `localhost:${wss.port}`,
    certificates,
    close,
  };
}

/** On AWS an IoT policy is attached to each certificate; here all have the one that allows `iot:*` in the account. */
function certificateIdentity(arn: string): BrokerIdentity {
  return { name: arn, allows: () => true };
}

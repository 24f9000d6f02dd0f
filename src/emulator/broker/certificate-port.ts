import type { Duplex } from 'node:stream';
import { createServer } from 'node:tls';
import type { DropCounter } from '../../protocol/drops.ts';
import type { KeyPair } from '../certificates/key-pair.ts';
import type { BrokerIdentity } from './authorization.ts';
import { listenSecurely, type SecurePort } from './secure-port.ts';

/** By which AWS's device SDKs ask for MQTT with a certificate. */
const ALPN = 'x-amzn-mqtt-ca';
const HANDSHAKE_MS = 10_000;

export type CertificatePortOptions = {
  readonly host: string;
  /** 0 is a free one. */
  readonly port: number;
  readonly certificate: KeyPair;
  /** PEM: who must have signed a client's certificate. */
  readonly ca: string;
  /** Who a certificate belongs to, by the SHA-256 of its DER form in lower-case hex: what IoT calls its id. */
  readonly identify: (certificateId: string) => BrokerIdentity;
  readonly accept: (stream: Duplex, identity: BrokerIdentity) => void;
  readonly drops: DropCounter;
};

/**
 * IoT Core's port for devices: MQTT over TLS where the client shows a certificate.
 * https://docs.aws.amazon.com/iot/latest/developerguide/protocols.html
 */
export async function openCertificatePort(options: CertificatePortOptions): Promise<SecurePort> {
  const { certificate, ca, identify, accept } = options;
  const server = createServer(
    {
      cert: certificate.certificate,
      key: certificate.key,
      ca,
      requestCert: true,
      rejectUnauthorized: true,
      ALPNProtocols: [ALPN],
      handshakeTimeout: HANDSHAKE_MS,
      noDelay: true,
    },
    (socket) => {
      const { fingerprint256 } = socket.getPeerCertificate();
      accept(socket, identify(fingerprint256.replaceAll(':', '').toLowerCase()));
    },
  );
  return await listenSecurely(server, { ...options, scheme: 'mqtts', flag: '--mtls-port' });
}

import type { Socket } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';

export type TlsTarget = {
  readonly host: string;
  readonly port: number;
  /** PEM, beside the authorities of the system. */
  readonly ca?: string;
  /** A tunnel through a proxy, else a direct connection is made. */
  readonly socket?: Socket;
};

export type Handshake = {
  readonly protocol: string;
  readonly subject: string;
  /** From the one that signed the certificate to the last one sent or known. */
  readonly issuers: readonly string[];
  /** Why it is not trusted. */
  readonly untrusted?: Error;
};

/**
 * A TLS handshake and nothing more: no byte of ours follows it. It is not refused when the certificate is not trusted,
 * so that who signed it can be told; `untrusted` says so. Rejects when there is no handshake.
 */
export async function tlsHandshake(target: TlsTarget, signal: AbortSignal): Promise<Handshake> {
  const { host, port, ca, socket } = target;
  const tls = connect({
    ...(socket === undefined ? { host, port } : { socket }),
    servername: host,
    rejectUnauthorized: false,
    ...(ca === undefined ? {} : { ca }),
  });
  try {
    await secured(tls, signal);
    const certificate = tls.getPeerCertificate(true);
    return {
      protocol: tls.getProtocol() ?? 'TLS',
      subject: nameOf(certificate.subject),
      issuers: issuersOf(certificate),
      ...(tls.authorized ? {} : { untrusted: tls.authorizationError }),
    };
  } finally {
    tls.destroy();
  }
}

function secured(tls: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      tls.destroy(new Error('no answer in time'));
    };
    tls.once('secureConnect', () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    tls.once('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      reject(error);
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function issuersOf(
  certificate: PeerCertificate & { issuerCertificate?: PeerCertificate },
): readonly string[] {
  const names: string[] = [];
  for (
    let one: (PeerCertificate & { issuerCertificate?: PeerCertificate }) | undefined = certificate;
    one !== undefined && one.issuer !== undefined;
    // A root is its own issuer.
    one = one.issuerCertificate === one ? undefined : one.issuerCertificate
  ) {
    const name = nameOf(one.issuer);
    if (names.at(-1) !== name) names.push(name);
  }
  return names;
}

function nameOf(name: { readonly O?: unknown; readonly CN?: unknown } | undefined): string {
  const [organisation, common] = [name?.O, name?.CN].map((part) =>
    typeof part === 'string' ? part : undefined,
  );
  if (common === undefined) return organisation ?? 'unknown';
  return organisation === undefined || organisation === common ? common : `${common} (${organisation})`;
}

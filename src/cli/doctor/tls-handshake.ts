import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { TlsMaterial } from '../../transport/mqtt/broker-location.ts';

export type TlsTarget = {
  /** Of the certificate. */
  readonly host: string;
  /** Connected, directly or by a tunnel through a proxy. Destroyed at the end. */
  readonly socket: Socket;
  /** An authority in place of the system's, and the client's own certificate. */
  readonly tls: TlsMaterial;
};

export type Handshake = {
  readonly protocol: string;
  readonly subject: string;
  /** From the one that signed the certificate to the last one sent or known. */
  readonly issuers: readonly string[];
  /** Why it is not trusted: OpenSSL's or Node.js's code. */
  readonly untrusted?: string;
};

/**
 * A TLS handshake and nothing more: no byte of ours follows it. It is not refused when the certificate is not trusted,
 * so that who signed it can be told; `untrusted` says so. Rejects when there is no handshake.
 */
export async function tlsHandshake(
  { host, socket, tls: { ca, cert, key } }: TlsTarget,
  signal: AbortSignal,
): Promise<Handshake> {
  const tls = connect({
    socket,
    host,
    // An IP address must not be sent as SNI.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: false,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  });
  try {
    await secured(tls, signal);
    const certificate = tls.getPeerCertificate(true);
    return {
      protocol: tls.getProtocol() ?? 'TLS',
      subject: nameOf(certificate.subject),
      issuers: issuersOf(certificate),
      // Its type says Error, but it is the code, or else the text: https://nodejs.org/api/tls.html#tlssocketauthorizationerror
      ...(tls.authorized ? {} : { untrusted: String(tls.authorizationError) }),
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

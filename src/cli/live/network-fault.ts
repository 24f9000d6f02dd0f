/** Why nothing answered, in plain words. */
export type NetworkFault = { readonly text: string; readonly mend: string };

/** @param doctor the command that examines the same */
type Mend = (doctor: string) => string;

const trust: Mend = () =>
  'A proxy that reads TLS needs its certificate trusted: export NODE_EXTRA_CA_CERTS=/path/to/corporate-ca.pem';
const route: Mend = (doctor) => `Check the network, VPN and proxy (HTTPS_PROXY, NO_PROXY), then: ${doctor}`;
const clock: Mend = () => 'Set the clock: sudo timedatectl set-ntp true';

// Codes of libuv and of OpenSSL as Node.js names them: https://nodejs.org/api/errors.html#common-system-errors,
// https://nodejs.org/api/tls.html#x509-certificate-error-codes
const FAULTS: Readonly<Record<string, { readonly text: string; readonly mend: Mend }>> = {
  ENOTFOUND: {
    text: 'the name is unknown to DNS.',
    mend: (doctor) => `Is the region right, and DNS reachable? ${route(doctor)}`,
  },
  EAI_AGAIN: { text: 'DNS did not answer.', mend: route },
  ECONNREFUSED: { text: 'nothing listens at that address.', mend: route },
  ECONNRESET: { text: 'the connection was cut, as firewalls and proxies do.', mend: route },
  EPIPE: { text: 'the connection was cut, as firewalls and proxies do.', mend: route },
  EHOSTUNREACH: { text: 'there is no route to that address.', mend: route },
  ENETUNREACH: { text: 'there is no network.', mend: route },
  ETIMEDOUT: { text: 'nothing answered in time, as behind a firewall that drops.', mend: route },
  TimeoutError: { text: 'nothing answered in time, as behind a firewall that drops.', mend: route },
  SELF_SIGNED_CERT_IN_CHAIN: { text: 'the certificate is signed by an authority unknown here.', mend: trust },
  DEPTH_ZERO_SELF_SIGNED_CERT: { text: 'the certificate is signed by itself.', mend: trust },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    text: 'the certificate is signed by an authority unknown here.',
    mend: trust,
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    text: 'the certificate is signed by an authority unknown here.',
    mend: trust,
  },
  PROXY_LOGIN: {
    text: 'the proxy wants a user and password.',
    mend: () => 'export HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT',
  },
  PROXY_REFUSED: {
    text: 'the proxy refused to connect to it.',
    mend: () =>
      'Ask who runs the proxy to allow *.amazonaws.com:443, or go around it: NO_PROXY=.amazonaws.com',
  },
  CERT_HAS_EXPIRED: {
    text: 'the certificate has expired, or this machine’s clock is ahead.',
    mend: clock,
  },
  CERT_NOT_YET_VALID: {
    text: 'the certificate is not valid yet, or this machine’s clock is behind.',
    mend: clock,
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    text: 'the certificate is for another name, as of a captive portal or proxy.',
    mend: route,
  },
};

/** Undefined for a code that is none of the network. */
export function faultOfCode(code: string, doctor = 'llx doctor'): NetworkFault | undefined {
  const fault = FAULTS[code];
  return fault === undefined ? undefined : { text: fault.text, mend: fault.mend(doctor) };
}

/**
 * Undefined when the error, and none of its causes, is one of the network.
 *
 * @param doctor the command that examines the same
 */
export function networkFault(error: unknown, doctor?: string): NetworkFault | undefined {
  for (let depth = 0, cause = error; depth < 8 && cause instanceof Error; depth++, cause = cause.cause) {
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
    const fault = faultOfCode(code, doctor);
    if (fault !== undefined) return fault;
    // Node.js tries IPv4 and IPv6 in turn, and gathers what became of each.
    const inner = cause instanceof AggregateError ? networkFault(cause.errors[0], doctor) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

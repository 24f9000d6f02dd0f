import { createPrivateKey, X509Certificate } from 'node:crypto';

/** A certificate with its private key, both PEM. */
export type KeyPair = {
  readonly certificate: string;
  readonly key: string;
};

/** What this process needs of a certificate that was read from a file. */
export type KeyPairWish = {
  /** By whom it must be signed: PEM. Absent: by itself. */
  readonly issuer?: string;
  /** DNS names and addresses that it must be good for. */
  readonly names?: readonly string[];
  readonly now: Date;
};

/** One that would end during somebody's work is made anew. */
const RENEW_BEFORE_MS = 30 * 86_400_000;

/** Whether the pair can be used: valid for another month, its key fits, signed by the CA, good for every name. */
export function isUsable({ certificate, key }: KeyPair, { issuer, names = [], now }: KeyPairWish): boolean {
  try {
    const parsed = new X509Certificate(certificate);
    const authority = issuer === undefined ? parsed : new X509Certificate(issuer);
    return (
      parsed.checkPrivateKey(createPrivateKey(key)) &&
      parsed.checkIssued(authority) &&
      parsed.verify(authority.publicKey) &&
      parsed.validFromDate.getTime() <= now.getTime() &&
      parsed.validToDate.getTime() - now.getTime() > RENEW_BEFORE_MS &&
      names.every((name) => hasName(parsed, name))
    );
  } catch {
    // Not PEM, cut short, another algorithm: a file that cannot be read as one is not one.
    return false;
  }
}

function hasName(certificate: X509Certificate, name: string): boolean {
  if (isAddress(name)) return certificate.checkIP(name) !== undefined;
  // OpenSSL and Node.js let no wildcard stand for what is before a last level; other clients do.
  if (name.startsWith('*.')) return certificate.subjectAltName?.split(', ').includes(`DNS:${name}`) === true;
  return certificate.checkHost(name) !== undefined;
}

export function isAddress(name: string): boolean {
  return name.includes(':') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name);
}

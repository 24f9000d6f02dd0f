// The package below resolves its parts by the metadata that this one keeps: it must come first.
import 'reflect-metadata';
import { createPrivateKey, KeyObject, randomBytes, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { KeyPair } from './key-pair.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { ...ALGORITHM, hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

/** RFC 5280 §4.2.1.10 and §4.2.1.3: signs certificates of ends, and nothing else. */
const AUTHORITY_DAYS = 3650;
/** What Apple's platforms accept of a server at most. https://support.apple.com/en-us/103769 */
const END_DAYS = 825;

/** A CA of this machine alone. Its clock may be an hour ahead of a client's. */
export async function createAuthority(now: Date): Promise<KeyPair> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity(now, AUTHORITY_DAYS),
    name: `CN=llx local CA ${randomBytes(4).toString('hex')}, O=llx`,
    serialNumber: serialNumber(),
    keys,
    signingAlgorithm: SIGNING,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return keyPair(certificate, keys.privateKey);
}

export type CertificateRequest = {
  readonly use: 'server' | 'client';
  /** Shown to people. A client is named by it. */
  readonly commonName: string;
  readonly names?: JsonGeneralNames;
};

/** A new key and its certificate, signed by the CA. */
export async function issueCertificate(
  authority: KeyPair,
  { use, commonName, names = [] }: CertificateRequest,
  now: Date,
): Promise<KeyPair> {
  const issuer = new X509Certificate(authority.certificate);
  const keys = await generateKeys();
  const usage = use === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth;
  const certificate = await X509CertificateGenerator.create({
    ...validity(now, END_DAYS),
    subject: `CN=${commonName}, O=llx`,
    issuer: issuer.subject,
    serialNumber: serialNumber(),
    publicKey: keys.publicKey,
    signingKey: createPrivateKey(authority.key).toCryptoKey(ALGORITHM, false, ['sign']),
    signingAlgorithm: SIGNING,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([usage]),
      ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return keyPair(certificate, keys.privateKey);
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function keyPair(certificate: X509Certificate, key: webcrypto.CryptoKey): KeyPair {
  return {
    certificate: `${certificate.toString('pem')}\n`,
    key: KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function validity(now: Date, days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  return {
    notBefore: new Date(now.getTime() - 3_600_000),
    notAfter: new Date(now.getTime() + days * DAY_MS),
  };
}

/** Positive, as RFC 5280 §4.1.2.2 asks. */
function serialNumber(): string {
  return `01${randomBytes(15).toString('hex')}`;
}

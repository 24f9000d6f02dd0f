import { createAuthority, issueCertificate } from '../../emulator/certificates/certificate-authority.ts';

export type TestCertificates = {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
};

/** A new authority, and a certificate of it for this machine, as a server or a client. */
export async function issueForTest(use: 'server' | 'client' = 'server'): Promise<TestCertificates> {
  const now = new Date();
  const authority = await createAuthority(now);
  const names = [
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
  ] as const;
  const { certificate, key } = await issueCertificate(
    authority,
    { use, commonName: 'llx-test', names: [...names] },
    now,
  );
  return { ca: authority.certificate, cert: certificate, key };
}

import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkServerIdentity, connect, createServer } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCertificates } from './certificate-store.ts';

const DAY_MS = 86_400_000;
let directory: string;

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'llx-certificates-')), 'certificates');
});
afterEach(async () => await rm(join(directory, '..'), { recursive: true }));

function inDays(days: number): () => Date {
  return () => new Date(Date.now() + days * DAY_MS);
}

test('files are readable by their owner alone, and none is left half-written', async () => {
  const { client } = await openCertificates({ directory });
  await client();
  const files = (await readdir(directory)).filter((name) => name !== '.gitignore').sort();
  expect(files).toEqual(
    ['ca', 'client', 'server'].flatMap((name) => [`${name}.both.pem`, `${name}.key`, `${name}.pem`]),
  );
  for (const file of files) expect((await stat(join(directory, file))).mode & 0o777).toBe(0o600);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
});

test('the same certificates are there at the next start', async () => {
  const first = await openCertificates({ directory });
  const second = await openCertificates({ directory });
  expect([second.ca, second.server]).toEqual([first.ca, first.server]);
  expect(await readFile(second.caFile, 'utf8')).toBe(first.ca);
});

test('several that begin together have the same CA and the same key', async () => {
  const opened = await Promise.all([1, 2, 3, 4].map(() => openCertificates({ directory })));
  expect(new Set(opened.map(({ ca, server }) => `${ca}${server.certificate}${server.key}`)).size).toBe(1);
});

test.each(['localhost', '127.0.0.1', '::1'])('a client that trusts the CA is served as %s', async (host) => {
  const { ca, server } = await openCertificates({ directory });
  const listening = createServer({ cert: server.certificate, key: server.key }, (socket) => socket.end('hi'));
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  // SNI is for names; the address is what is called.
  const isAddress = /^[\d:.]+$/.test(host);
  const socket = connect({
    ca,
    port,
    host: '127.0.0.1',
    ...(isAddress ? {} : { servername: host }),
    checkServerIdentity: (_called, certificate) => checkServerIdentity(host, certificate),
  });
  try {
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
  } finally {
    socket.destroy();
    listening.close();
  }
});

test('the server’s certificate is renewed in its last month, by the same CA', async () => {
  const first = await openCertificates({ directory });
  const early = await openCertificates({ directory, now: inDays(825 - 31) });
  expect(early.server).toEqual(first.server);
  const late = await openCertificates({ directory, now: inDays(825 - 29) });
  expect(late.server).not.toEqual(first.server);
  expect(late.ca).toBe(first.ca);
});

test('a certificate without the name that is needed is made anew', async () => {
  const first = await openCertificates({ directory });
  const second = await openCertificates({ directory, host: '192.168.7.7' });
  expect(new X509Certificate(second.server.certificate).checkIP('192.168.7.7')).toBe('192.168.7.7');
  expect(second.ca).toBe(first.ca);
});

test('a CA that ends takes its certificates with it', async () => {
  const first = await openCertificates({ directory });
  const files = await first.client();
  const client = await readFile(files.certificate, 'utf8');
  const later = await openCertificates({ directory, now: inDays(3650 - 20) });
  expect(later.ca).not.toBe(first.ca);
  const authority = new X509Certificate(later.ca);
  expect(new X509Certificate(later.server.certificate).verify(authority.publicKey)).toBe(true);
  expect(await readFile((await later.client()).certificate, 'utf8')).not.toBe(client);
});

test.each(['ca.both.pem', 'server.both.pem'])('%s that is cut short is made anew', async (file) => {
  await openCertificates({ directory });
  const text = await readFile(join(directory, file), 'utf8');
  await writeFile(join(directory, file), text.slice(0, -40));
  const { ca, server } = await openCertificates({ directory });
  const parsed = new X509Certificate(server.certificate);
  expect(parsed.verify(new X509Certificate(ca).publicKey)).toBe(true);
});

test('copies that were changed are put right', async () => {
  const { caFile, ca } = await openCertificates({ directory });
  await writeFile(caFile, 'other');
  await openCertificates({ directory });
  expect(await readFile(caFile, 'utf8')).toBe(ca);
});

test('a client’s certificate is for clients only, and names no host', async () => {
  const { issueClient, ca } = await openCertificates({ directory });
  const { certificate, key } = await issueClient('device-7');
  const parsed = new X509Certificate(certificate);
  expect(parsed.subject).toBe('CN=device-7\nO=llx');
  expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  expect(parsed.subjectAltName).toBeUndefined();
  expect([parsed.ca, parsed.verify(new X509Certificate(ca).publicKey)]).toEqual([false, true]);
  expect(key).toContain('PRIVATE KEY');
});

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { parseBrokerUrl } from './broker-address.ts';
import type { TlsMaterial } from './broker-location.ts';
import { type ByteStream, openByteStream } from './byte-stream.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

type Opened = {
  readonly stream: ByteStream;
  readonly closed: Promise<unknown>;
  /** What has come, once it is so many bytes. */
  readonly received: (bytes: number) => Promise<string>;
};

async function open(
  url: string,
  { tls, signal = new AbortController().signal }: { tls?: TlsMaterial; signal?: AbortSignal } = {},
): Promise<Opened> {
  let onClose: (cause: unknown) => void = () => undefined;
  let onData = (): void => undefined;
  let text = '';
  const closed = new Promise((resolve) => {
    onClose = resolve;
  });
  const stream = await openByteStream({
    address: parseBrokerUrl(url),
    tls,
    proxy: undefined,
    unref: false,
    signal,
    events: {
      onClose: (cause) => onClose(cause),
      onData: (bytes) => {
        text += Buffer.from(bytes).toString();
        onData();
      },
    },
  });
  const received = (bytes: number): Promise<string> =>
    new Promise((resolve) => {
      onData = () => {
        if (text.length >= bytes) resolve(text);
      };
      onData();
    });
  return { stream, closed, received };
}

function echo(socket: Socket): void {
  socket.pipe(socket);
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('over TCP', () => {
  test('writes arrive in order, those of one turn too, and come back', async () => {
    const { stream, closed, received } = await open(`mqtt://127.0.0.1:${await listen(createServer(echo))}`);
    for (const part of ['a', 'b', 'c']) stream.write(bytes(part));
    await Promise.resolve();
    stream.write(bytes('d'));
    expect(await received(4)).toBe('abcd');
    stream.end();
    expect(await closed).toBeUndefined();
  });

  test('end sends what was written before it', async () => {
    const server = createServer(echo);
    const { stream, closed, received } = await open(`mqtt://127.0.0.1:${await listen(server)}`);
    for (const part of ['x', 'y', 'z']) stream.write(bytes(part));
    stream.end();
    stream.write(bytes('too late'));
    await closed;
    expect(await received(3)).toBe('xyz');
  });

  test('tells why it could not be opened', async () => {
    const server = createServer();
    const port = await listen(server);
    servers.pop();
    server.close();
    await once(server, 'close');
    await expect(open(`mqtt://127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('is given up by its signal, before and while it connects', async () => {
    const url = `mqtt://127.0.0.1:${await listen(createServer(echo))}`;
    const reason = new Error('enough');
    await expect(open(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const opening = open(url, { signal: controller.signal });
    controller.abort(reason);
    await expect(opening).rejects.toBe(reason);
  });
});

describe('over TLS', () => {
  const noOpenssl = spawnSync('openssl', ['version']).status !== 0;

  function certificate(subject: string): { readonly key: string; readonly cert: string } {
    const folder = mkdtempSync(join(tmpdir(), 'llx-tls-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1'.split(' ');
    const names = ['-subj', '/CN=llx-test', '-addext', `subjectAltName=${subject}`];
    execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  }

  function trust(cert: string): void {
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, cert]);
    onTestFinished(() => setDefaultCACertificates(before));
  }

  test.skipIf(noOpenssl)('speaks with a server whose certificate is trusted (needs openssl)', async () => {
    const { key, cert } = certificate('IP:127.0.0.1');
    trust(cert);
    const port = await listen(createTlsServer({ key, cert }, echo));
    const { stream, closed, received } = await open(`mqtts://127.0.0.1:${port}`);
    stream.write(bytes('sealed'));
    expect(await received(6)).toBe('sealed');
    stream.destroy();
    await closed;
  });

  test.skipIf(noOpenssl)('trusts the authority that it is given, and only that (needs openssl)', async () => {
    const { key, cert } = certificate('IP:127.0.0.1');
    const url = `mqtts://127.0.0.1:${await listen(createTlsServer({ key, cert }, echo))}`;
    const { stream, closed } = await open(url, { tls: { ca: cert } });
    stream.destroy();
    await closed;
    trust(cert);
    await expect(open(url, { tls: { ca: certificate('IP:127.0.0.1').cert } })).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  test.skipIf(noOpenssl)('shows its certificate to a server that asks for one (needs openssl)', async () => {
    const { key, cert } = certificate('IP:127.0.0.1');
    const client = certificate('DNS:client');
    const settings = { key, cert, ca: client.cert, requestCert: true, rejectUnauthorized: true };
    const url = `mqtts://127.0.0.1:${await listen(createTlsServer(settings, echo))}`;
    const { stream, closed, received } = await open(url, { tls: { ca: cert, ...client } });
    stream.write(bytes('known'));
    expect(await received(5)).toBe('known');
    stream.destroy();
    await closed;
  });

  test.skipIf(noOpenssl)('refuses a certificate that nobody vouches for (needs openssl)', async () => {
    const { key, cert } = certificate('IP:127.0.0.1');
    const port = await listen(createTlsServer({ key, cert }, echo));
    await expect(open(`mqtts://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  test.skipIf(noOpenssl)('refuses a trusted certificate of another host (needs openssl)', async () => {
    const { key, cert } = certificate('DNS:other.example');
    trust(cert);
    const port = await listen(createTlsServer({ key, cert }, echo));
    await expect(open(`mqtts://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });
});

test.each(['mqtt', 'ws'] as const)(
  'a process ends although its connection by %s is open, when it is unreferenced',
  async (scheme) => {
    const server = createServer((socket) => socket.on('error', () => undefined));
    const port = await listen(server);
    if (scheme === 'ws') {
      const webSockets = new WebSocketServer({ noServer: true });
      server.removeAllListeners('connection');
      const http = createHttpServer().on('upgrade', (request, socket, head) =>
        webSockets.handleUpgrade(request, socket, head, () => undefined),
      );
      server.on('connection', (socket) => http.emit('connection', socket));
    }
    const program = `
      import { createServer } from 'node:net';
      import { openByteStream } from ${JSON.stringify(new URL('./byte-stream.ts', import.meta.url).href)};
      import { parseBrokerUrl } from ${JSON.stringify(new URL('./broker-address.ts', import.meta.url).href)};
      // Keeps the process alive until the connection is open.
      const holds = createServer().listen(0);
      const address = parseBrokerUrl('${scheme}://127.0.0.1:${port}');
      const { signal } = new AbortController();
      const events = { onData() {}, onClose() {} };
      await openByteStream({ address, unref: true, signal, events });
      console.log('open');
      holds.close();
    `;
    const { status, stdout } = await run(program);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'open\n' });
  },
);

async function run(program: string): Promise<{ readonly status: number | null; readonly stdout: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (text) => {
    stdout += String(text);
  });
  const [status] = await once(child, 'close');
  return { status, stdout };
}

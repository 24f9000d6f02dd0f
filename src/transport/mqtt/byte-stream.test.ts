import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { parseBrokerUrl } from './broker-address.ts';
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
  readonly opened: Promise<void>;
  readonly closed: Promise<unknown>;
  /** What has come, once it is so many bytes. */
  readonly received: (bytes: number) => Promise<string>;
};

async function open(url: string, unref = false): Promise<Opened> {
  let onOpen = (): void => undefined;
  let onClose: (cause: unknown) => void = () => undefined;
  let onData = (): void => undefined;
  let text = '';
  const opened = new Promise<void>((resolve) => {
    onOpen = resolve;
  });
  const closed = new Promise((resolve) => {
    onClose = resolve;
  });
  const stream = await openByteStream({
    address: parseBrokerUrl(url),
    unref,
    events: {
      onOpen: () => onOpen(),
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
  return { stream, opened, closed, received };
}

function echo(socket: Socket): void {
  socket.pipe(socket);
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('over TCP', () => {
  test('writes arrive in order, those of one turn too, and come back', async () => {
    const { stream, opened, closed, received } = await open(
      `mqtt://127.0.0.1:${await listen(createServer(echo))}`,
    );
    await opened;
    for (const part of ['a', 'b', 'c']) stream.write(bytes(part));
    await Promise.resolve();
    stream.write(bytes('d'));
    expect(await received(4)).toBe('abcd');
    stream.end();
    expect(await closed).toBeUndefined();
  });

  test('end sends what was written before it', async () => {
    const server = createServer(echo);
    const { stream, opened, closed, received } = await open(`mqtt://127.0.0.1:${await listen(server)}`);
    await opened;
    for (const part of ['x', 'y', 'z']) stream.write(bytes(part));
    stream.end();
    stream.write(bytes('too late'));
    await closed;
    expect(await received(3)).toBe('xyz');
  });

  test('tells once why it could not be opened', async () => {
    const server = createServer();
    const port = await listen(server);
    servers.pop();
    server.close();
    await once(server, 'close');
    const { closed } = await open(`mqtt://127.0.0.1:${port}`);
    expect(await closed).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('ends at once when it is destroyed while it connects', async () => {
    const { stream, closed } = await open(`mqtt://127.0.0.1:${await listen(createServer(echo))}`);
    stream.destroy();
    expect(await closed).toBeUndefined();
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
    const { stream, opened, closed, received } = await open(`mqtts://127.0.0.1:${port}`);
    await opened;
    stream.write(bytes('sealed'));
    expect(await received(6)).toBe('sealed');
    stream.destroy();
    await closed;
  });

  test.skipIf(noOpenssl)('refuses a certificate that nobody vouches for (needs openssl)', async () => {
    const { key, cert } = certificate('IP:127.0.0.1');
    const port = await listen(createTlsServer({ key, cert }, echo));
    const { closed } = await open(`mqtts://127.0.0.1:${port}`);
    expect(await closed).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  test.skipIf(noOpenssl)('refuses a trusted certificate of another host (needs openssl)', async () => {
    const { key, cert } = certificate('DNS:other.example');
    trust(cert);
    const port = await listen(createTlsServer({ key, cert }, echo));
    const { closed } = await open(`mqtts://127.0.0.1:${port}`);
    expect(await closed).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });
});

test('a process ends although its connection is open, when it is unreferenced', async () => {
  const port = await listen(createServer((socket) => socket.on('error', () => undefined)));
  const program = `
    import { connect } from 'node:net';
    import { openByteStream } from ${JSON.stringify(new URL('./byte-stream.ts', import.meta.url).href)};
    import { parseBrokerUrl } from ${JSON.stringify(new URL('./broker-address.ts', import.meta.url).href)};
    const events = { onOpen: () => console.log('open'), onData() {}, onClose() {} };
    await openByteStream({ address: parseBrokerUrl('mqtt://127.0.0.1:${port}'), unref: true, events });
    // Keeps the process alive until a second connection is open, which is after the first.
    const other = connect(${port}, '127.0.0.1', () => setImmediate(() => other.destroy()));
  `;
  const { status, stdout } = await run(program);
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'open\n' });
});

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

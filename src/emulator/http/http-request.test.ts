import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, Agent as TlsAgent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createAuthority, issueCertificate } from '../certificates/certificate-authority.ts';
import type { KeyPair } from '../certificates/key-pair.ts';
import { httpRequest } from './http-request.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that answers with `respond`; `seen` are the requests it has got. */
async function serve(
  respond: (response: ServerResponse) => void,
  tls?: KeyPair,
): Promise<{ readonly url: string; readonly seen: unknown[] }> {
  const seen: unknown[] = [];
  const listener: RequestListener = (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.once('end', () => {
      seen.push({ method: request.method, url: request.url, type: request.headers['content-type'], body });
      respond(response);
    });
  };
  server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer({ cert: tls.certificate, key: tls.key }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
  };
}

const never = new AbortController().signal;

test('a GET gives the status, headers and body, whatever the status', async () => {
  const { url, seen } = await serve((response) => response.writeHead(404, { 'x-one': '1' }).end('nö'));
  expect(await httpRequest(`${url}/a?b`, { signal: never })).toMatchObject({
    status: 404,
    headers: { 'x-one': '1' },
    body: 'nö',
  });
  expect(seen).toEqual([{ method: 'GET', url: '/a?b', type: undefined, body: '' }]);
});

test('a POST sends its headers and body', async () => {
  const { url, seen } = await serve((response) => response.end());
  const headers = { 'content-type': 'application/json' };
  await httpRequest(url, { method: 'POST', headers, body: '{"ä":1}', signal: never });
  expect(seen).toEqual([{ method: 'POST', url: '/', type: 'application/json', body: '{"ä":1}' }]);
});

test('a body up to the limit is read, one byte more rejects', async () => {
  const { url } = await serve((response) => response.end('12345'));
  expect(await httpRequest(url, { signal: never, limitBytes: 5 })).toMatchObject({ body: '12345' });
  await expect(httpRequest(url, { signal: never, limitBytes: 4 })).rejects.toThrow(
    'expected at most 4 bytes',
  );
});

test('a server with TLS in front is asked by HTTPS, and has to be who it says', async () => {
  const now = new Date();
  const authority = await createAuthority(now);
  const names = [{ type: 'ip', value: '127.0.0.1' }] as const;
  const own = await issueCertificate(authority, { use: 'server', commonName: 'llx', names: [...names] }, now);
  const { url } = await serve((response) => response.end('ok'), own);
  const agent = new TlsAgent({ ca: authority.certificate });
  expect(await httpRequest(url, { signal: never, agent })).toMatchObject({ status: 200, body: 'ok' });
  await expect(httpRequest(url, { signal: never })).rejects.toThrow('certificate');
});

test('an answer that breaks off rejects', async () => {
  const { url } = await serve((response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('12345', () => response.destroy());
  });
  await expect(httpRequest(url, { signal: never })).rejects.toThrow('aborted');
});

test('the signal ends a request that is not answered', async () => {
  const controller = new AbortController();
  const { url } = await serve(() => controller.abort());
  await expect(httpRequest(url, { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
});

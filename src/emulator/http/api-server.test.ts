import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { json } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { type ApiServer, createApiServer } from './api-server.ts';
import { AwsError } from './aws-error.ts';

let api: ApiServer | undefined;

afterEach(async () => {
  await api?.close();
  api = undefined;
});

async function open(host = '127.0.0.1'): Promise<{ readonly url: string }> {
  api = createApiServer({ host, port: 0 });
  api.app.get('/aws', () => {
    throw new AwsError(409, 'ResourceConflictException', { Message: 'in use' });
  });
  api.app.get('/defect', () => {
    throw new Error('a defect');
  });
  api.app.post('/length', (read) => ({ length: read.body instanceof Uint8Array ? read.body.length : -1 }));
  return api.listen();
}

/** By node:http: `fetch` lets nobody choose `Host`. */
async function get(url: string, headers: Record<string, string> = {}): Promise<unknown> {
  const call = request(url, { headers, agent: false }).end();
  const [response] = await once(call, 'response');
  return {
    status: response.statusCode,
    type: response.headers['x-amzn-errortype'],
    body: await json(response),
  };
}

test('an unknown path is not implemented, and the answer names it', async () => {
  const { url } = await open();
  expect(await get(`${url}/2015-03-31/functions?MaxItems=1`)).toEqual({
    status: 501,
    type: 'NotImplementedException',
    body: {
      Type: 'User',
      Message: "llx's emulator does not implement GET /2015-03-31/functions?MaxItems=1",
    },
  });
});

test('an AWS error keeps its status, type and body; of a defect nothing is told but that there was one', async () => {
  const { url } = await open();
  expect(await get(`${url}/aws`)).toEqual({
    status: 409,
    type: 'ResourceConflictException',
    body: { Message: 'in use' },
  });
  expect(await get(`${url}/defect`)).toEqual({
    status: 500,
    type: 'ServiceException',
    body: { Type: 'Service', Message: 'The emulator failed: its own output says why.' },
  });
});

test.each([
  [{ host: 'evil.example' }, 'expected a loopback name in the Host header, found "evil.example"'],
  [{ origin: 'https://evil.example' }, 'requests from web pages are refused (Origin https://evil.example)'],
])('a request with %j is refused', async (headers, Message) => {
  const { url } = await open();
  expect(await get(`${url}/aws`, headers)).toEqual({
    status: 403,
    type: 'AccessDeniedException',
    body: { Message },
  });
});

test('a path that cannot be decoded is an error of AWS’s form', async () => {
  const { url } = await open();
  expect(await get(`${url}/%ff`)).toMatchObject({ status: 400, type: 'ValidationException' });
});

test('a body of any content type is its bytes', async () => {
  const { url } = await open();
  for (const type of ['application/json', 'text/plain', 'application/x-amz-json-1.1']) {
    const response = await fetch(`${url}/length`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: '{"a"',
    });
    expect(await response.json()).toEqual({ length: 4 });
  }
});

test('a port that is taken is said with what to do', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  if (address === null || typeof address === 'string') throw new TypeError('expected a TCP address');
  api = createApiServer({ host: '127.0.0.1', port: address.port });
  const error: unknown = await api.listen().catch((error: unknown) => error);
  expect(error).toMatchObject({ code: 'LLX_PORT_IN_USE', mend: expect.stringContaining('--port 0') });
  expect(String(error)).toContain(
    `Expected port ${address.port} on 127.0.0.1 to be free for the emulator’s HTTP API, but another program listens there.`,
  );
  taken.close();
});

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

test.skipIf(!hasIpv6)('an IPv6 host has brackets in its URL, and is called by it (needs ::1)', async () => {
  const { url } = await open('::1');
  expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  expect(await get(`${url}/aws`)).toMatchObject({ status: 409 });
});

test('close is idempotent and ends a connection that is kept alive', async () => {
  const { url } = await open();
  await (await fetch(`${url}/aws`)).text();
  await Promise.all([api?.close(), api?.close()]);
  await expect(fetch(`${url}/aws`)).rejects.toThrow('fetch failed');
});

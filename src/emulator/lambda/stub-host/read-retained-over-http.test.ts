import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Identities } from '../../identity/identities.ts';
import { readRetainedOverHttp } from './read-retained-over-http.ts';

let server: Server | undefined;
afterEach(() => void server?.close());

/** Answers whoever signs as the role of `orders`, as an emulator with users does. */
async function startSigned(identities: Identities): Promise<string> {
  server = createServer(({ method = '', url = '', headers }, response) => {
    try {
      const { arn } = identities.verify({
        method,
        path: url,
        headers,
        body: new Uint8Array(),
        service: 'iotdata',
      });
      response.end(JSON.stringify({ payload: Buffer.from(`${url} for ${arn}`).toString('base64') }));
    } catch {
      response.writeHead(403).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a read is signed with the credentials of the environment, and nobody else may read', async () => {
  const identities = new Identities({
    account: '000000000000',
    region: 'us-east-1',
    iam: { users: {} },
    functions: [{ name: 'orders' }],
  });
  const endpoint = await startSigned(identities);
  const { signal } = new AbortController();
  const signer = {
    region: 'us-east-1',
    credentials: async () => identities.functionCredentials('orders'),
  };
  const payload = await readRetainedOverHttp(endpoint, signer)('llx/v1/a:b', signal);
  expect(Buffer.from(payload ?? []).toString()).toBe(
    '/retainedMessage/llx%2Fv1%2Fa%3Ab for arn:aws:sts::000000000000:assumed-role/orders-role/orders',
  );
  const stranger = {
    region: 'us-east-1',
    credentials: async () => ({ accessKeyId: 'AKIASTRANGER', secretAccessKey: 'any' }),
  };
  await expect(readRetainedOverHttp(endpoint, stranger)('llx/v1/a:b', signal)).rejects.toThrow(
    'expected 200 or 404 of GetRetainedMessage, got 403',
  );
});

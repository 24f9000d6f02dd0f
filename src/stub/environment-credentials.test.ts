import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { EnvironmentCredentials } from './environment-credentials.ts';

let server: Server | undefined;

afterEach(() => {
  server?.close();
  server?.closeAllConnections();
  server = undefined;
});

/** Lambda's endpoint under SnapStart; what it was asked with is kept. */
async function startEndpoint(status: number, answer: unknown) {
  const tokens: (string | undefined)[] = [];
  server = createServer((request, response) => {
    tokens.push(request.headers.authorization);
    response.writeHead(status).end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const environment = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'a-token',
  };
  return { environment, tokens };
}

const NOW = Date.parse('2026-11-21T09:00:00Z');
const ANSWER = {
  AccessKeyId: 'ASIA1',
  SecretAccessKey: 'secret-1',
  Token: 'token-1',
  Expiration: '2026-11-21T10:00:00Z',
};

test('the variables of the environment are read at each use', async () => {
  const environment = { AWS_ACCESS_KEY_ID: 'ASIA1', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 't' };
  const credentials = new EnvironmentCredentials(environment);
  expect(credentials.current()).toEqual({ accessKeyId: 'ASIA1', secretAccessKey: 's', sessionToken: 't' });
  environment.AWS_ACCESS_KEY_ID = 'ASIA2';
  expect(await credentials.read()).toEqual({ accessKeyId: 'ASIA2', secretAccessKey: 's', sessionToken: 't' });
});

test('without them the container endpoint is asked, with its token; what it said is at hand after that', async () => {
  const { environment, tokens } = await startEndpoint(200, ANSWER);
  const credentials = new EnvironmentCredentials(environment, () => NOW);
  const expected = {
    accessKeyId: 'ASIA1',
    secretAccessKey: 'secret-1',
    sessionToken: 'token-1',
    expiration: new Date('2026-11-21T10:00:00Z'),
  };
  expect(await credentials.read()).toEqual(expected);
  expect(credentials.current()).toEqual(expected);
  expect(tokens).toEqual(['a-token']);
});

test('credentials that end soon are renewed beside their use, and ones that have ended are not given', async () => {
  const { environment, tokens } = await startEndpoint(200, ANSWER);
  let now = NOW;
  const credentials = new EnvironmentCredentials(environment, () => now);
  expect(credentials.current()).toBeUndefined();
  await expect.poll(() => credentials.current()?.accessKeyId).toBe('ASIA1');
  const asked = tokens.length;
  now = Date.parse('2026-11-21T09:56:00Z');
  expect(credentials.current()?.accessKeyId).toBe('ASIA1');
  await expect.poll(() => tokens.length).toBeGreaterThan(asked);
  now = Date.parse('2026-11-21T10:00:00Z');
  expect(credentials.current()).toBeUndefined();
});

test.each([
  [500, {}, 'expected 200 of the container credentials endpoint, got 500'],
  [
    200,
    { AccessKeyId: 'A' },
    'expected AccessKeyId, SecretAccessKey and Token of the container credentials endpoint',
  ],
  [200, 'a secret', 'expected AccessKeyId, SecretAccessKey and Token of the container credentials endpoint'],
  [200, null, 'expected AccessKeyId, SecretAccessKey and Token of the container credentials endpoint'],
])('an endpoint that answers %i %j is told, without a secret', async (status, answer, message) => {
  const { environment } = await startEndpoint(status, answer);
  await expect(new EnvironmentCredentials(environment).read()).rejects.toThrow(new Error(message));
});

test('an environment without any says what is missing', async () => {
  const credentials = new EnvironmentCredentials({});
  await expect(credentials.read()).rejects.toThrow(
    'expected AWS_ACCESS_KEY_ID or AWS_CONTAINER_CREDENTIALS_FULL_URI in the environment',
  );
  expect(credentials.current()).toBeUndefined();
});

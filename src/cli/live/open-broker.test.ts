import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { createSessionStore } from '../../session/store.ts';
import { Closers } from '../closers.ts';
import type { Configuration } from '../configuration.ts';
import { locationOf, openBroker } from './open-broker.ts';

const KEY = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC';

test('a key without its first line is not repeated, neither in the message nor in a cause', async () => {
  const error = await locationOf('mqtts://broker.test', { LLX_BROKER_KEY: KEY }).then(
    () => expect.unreachable(),
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({
    code: 'LLX_CONFIG_INVALID',
    message: expect.stringContaining('LLX_BROKER_KEY'),
  });
  expect(inspect(error)).not.toContain(KEY);
});

test('a certificate that is not there is named', async () => {
  await expect(locationOf('mqtts://broker.test', { LLX_BROKER_CERT: '/nowhere.pem' })).rejects.toThrow(
    'in LLX_BROKER_CERT, found "/nowhere.pem", which cannot be read.',
  );
});

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:orders';
const closers = new Closers();

afterEach(async () => {
  await closers.close(() => undefined);
  vi.unstubAllEnvs();
});

function open(endpoint?: string): ReturnType<typeof openBroker> {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret-of-the-test');
  const written = { region: 'eu-west-1', ...(endpoint === undefined ? {} : { account: '123456789012' }) };
  const configuration = { written, lane: 'default', functions: [] } as unknown as Configuration;
  return openBroker(
    {
      broker: 'mqtt://127.0.0.1:1',
      credentials: 'assume-role',
      ...(endpoint === undefined ? {} : { endpoint }),
    },
    { configuration, store: createSessionStore(), closers, signal: AbortSignal.timeout(10_000) },
  );
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.add(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('AWS is asked for the account through the proxy', async () => {
  const asked: string[] = [];
  const proxy = createServer().on('connect', ({ url = '' }, socket) => {
    asked.push(url);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  vi.stubEnv('HTTPS_PROXY', await listen(proxy));
  await expect(open()).rejects.toMatchObject({ code: 'LLX_UNREACHABLE' });
  expect(new Set(asked)).toEqual(new Set(['sts.eu-west-1.amazonaws.com:443']));
});

test('beside an emulator the role is assumed there, and the handler calls AWS there', async () => {
  const services: string[] = [];
  const emulator = createServer(({ headers }: IncomingMessage, response: ServerResponse) => {
    const service = headers.authorization?.split('/')[3] ?? '';
    services.push(service);
    if (service === 'lambda') {
      const role = 'arn:aws:iam::123456789012:role/orders';
      response.end(JSON.stringify({ FunctionArn: ARN, Role: role }));
    } else response.writeHead(403).end();
  });
  const endpoint = await listen(emulator);
  const aws = await open(endpoint);
  const environment = await aws.environmentOf({ name: 'orders', arn: ARN, environment: {} } as never);
  expect(environment.AWS_ENDPOINT_URL).toBe(endpoint);
  await vi.waitFor(() => expect(services).toContain('sts'), { timeout: 5_000 });
});

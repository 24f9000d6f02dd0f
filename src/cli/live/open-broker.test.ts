import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { STATE_PATH } from '../../emulator/http/state-route.ts';
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

const REGION = 'eu-west-1';
const ACCOUNT = '123456789012';

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', devNull);
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', devNull);
});

function haveKeys(): void {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret-of-the-test');
}

function open(
  endpoint?: string,
  written: Partial<Configuration['written']> = { region: REGION },
): ReturnType<typeof openBroker> {
  const region = written.region ?? 'us-east-1';
  const configuration = { region, written, lane: 'default', functions: [] } as unknown as Configuration;
  return openBroker(
    {
      broker: 'mqtt://127.0.0.1:1',
      credentials: 'assume-role',
      ...(endpoint === undefined ? {} : { endpoint }),
    },
    { configuration, store: createSessionStore(), closers, signal: AbortSignal.timeout(10_000) },
  );
}

/** What an emulator says of itself, and then the service that each request was signed for. */
async function startEmulator(access: 'open' | 'closed'): Promise<{ endpoint: string; services: string[] }> {
  const services: string[] = [];
  const server = createServer(({ url, headers }: IncomingMessage, response: ServerResponse) => {
    if (url === STATE_PATH) {
      response.end(
        JSON.stringify({
          endpoint,
          mqtt: 'mqtt://x',
          account: ACCOUNT,
          region: REGION,
          access,
          functions: [],
        }),
      );
      return;
    }
    const [key = '', , , service = ''] =
      (headers.authorization ?? '').split('Credential=')[1]?.split('/') ?? [];
    services.push(`${service} by ${key}`);
    if (service === 'lambda') {
      response.end(JSON.stringify({ FunctionArn: ARN, Role: `arn:aws:iam::${ACCOUNT}:role/orders` }));
    } else response.writeHead(403).end();
  });
  const endpoint = await listen(server);
  return { endpoint, services };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.add(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('the region is found as the doctor finds it: the environment wins over the configuration', async () => {
  haveKeys();
  const written = { region: REGION, account: ACCOUNT };
  expect(await open(undefined, written)).toMatchObject({ region: REGION, account: ACCOUNT });
  vi.stubEnv('AWS_REGION', 'us-west-2');
  expect(await open(undefined, written)).toMatchObject({ region: 'us-west-2', account: ACCOUNT });
  vi.stubEnv('AWS_REGION', undefined);
  // A broker of one's own needs no AWS: where nothing names a region, the configuration's default is as good as any.
  expect(await open(undefined, { account: ACCOUNT })).toMatchObject({ region: 'us-east-1' });
});

test('AWS is asked for the account through the proxy', async () => {
  haveKeys();
  const asked: string[] = [];
  const proxy = createServer().on('connect', ({ url = '' }, socket) => {
    asked.push(url);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  vi.stubEnv('HTTPS_PROXY', await listen(proxy));
  await expect(open()).rejects.toMatchObject({ code: 'LLX_UNREACHABLE' });
  expect(new Set(asked)).toEqual(new Set(['sts.eu-west-1.amazonaws.com:443']));
});

test.each([
  ['closed', 'AKIDEXAMPLE'],
  ['open', 'test'],
] as const)(
  'beside an emulator that is %s the role is assumed there, and the handler calls AWS there',
  async (access, key) => {
    if (access === 'closed') haveKeys();
    const { endpoint, services } = await startEmulator(access);
    const aws = await open(endpoint, {});
    expect(aws).toMatchObject({ region: REGION, account: ACCOUNT });
    const environment = await aws.environmentOf({ name: 'orders', arn: ARN, environment: {} } as never);
    expect(environment.AWS_ENDPOINT_URL).toBe(endpoint);
    await vi.waitFor(() => expect(services).toContain(`sts by ${key}`), { timeout: 5_000 });
  },
);

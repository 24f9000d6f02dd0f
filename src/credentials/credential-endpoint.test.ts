import { once } from 'node:events';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { fromHttp } from '@aws-sdk/credential-providers';
import { afterEach, describe, expect, test } from 'vitest';
import { LlxError } from '../errors/llx-error.ts';
import type { AwsCredentials, CredentialProvider } from '../signature/credentials.ts';
import { CredentialEndpoint, type CredentialEndpointOptions } from './credential-endpoint.ts';
import { keepSecret, redact } from './redact.ts';

const ORDERS = 'arn:aws:lambda:us-east-1:000000000000:function:orders';
const BILLS = 'arn:aws:lambda:us-east-1:000000000000:function:bills';

const credentials = (name: string): AwsCredentials => ({
  accessKeyId: `ASIA-${name}`,
  secretAccessKey: `secret-of-${name}`,
  sessionToken: `token-of-${name}`,
  expiration: new Date('2026-11-21T13:00:00.123Z'),
});

const NAMES: Readonly<Record<string, string>> = { [ORDERS]: 'orders', [BILLS]: 'bills' };
const byFunction =
  (functionArn: string): CredentialProvider =>
  async () =>
    credentials(NAMES[functionArn] ?? '');

let endpoint: CredentialEndpoint;
let problems: { readonly functionArn: string; readonly error: unknown }[];

afterEach(() => endpoint.close());

function open(options: Partial<CredentialEndpointOptions> = {}): CredentialEndpoint {
  problems = [];
  endpoint = new CredentialEndpoint({
    providerOf: byFunction,
    onProblem: (functionArn, error) => problems.push({ functionArn, error }),
    ...options,
  });
  return endpoint;
}

type Address = { readonly url: string; readonly token: string };

async function addressOf(functionArn = ORDERS): Promise<Address> {
  const environment = await endpoint.environmentFor(functionArn);
  expect(Object.keys(environment)).toEqual([
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  ]);
  return {
    url: environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '',
    token: environment.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? '',
  };
}

/** By node:http: `fetch` lets nobody choose `Host`. */
async function ask(url: string, headers: Record<string, string>, method = 'GET'): Promise<unknown> {
  const call = request(url, { method, headers, agent: false }).end();
  const [response] = await once(call, 'response');
  return { status: response.statusCode, body: await json(response) };
}

const asked = ({ url, token }: Address): Promise<unknown> => ask(url, { authorization: token });

describe('an SDK', () => {
  test('gets the credentials of its function, in the form of containers', async () => {
    open();
    const { url, token } = await addressOf();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}$/);
    expect(await asked({ url, token })).toEqual({
      status: 200,
      body: {
        AccessKeyId: 'ASIA-orders',
        SecretAccessKey: 'secret-of-orders',
        Token: 'token-of-orders',
        Expiration: '2026-11-21T13:00:00Z',
      },
    });
    const provider = fromHttp({ awsContainerCredentialsFullUri: url, awsContainerAuthorizationToken: token });
    expect(await provider()).toMatchObject({
      ...credentials('orders'),
      expiration: new Date('2026-11-21T13:00:00Z'),
    });
  });

  test('gets ones of 15 minutes where their end is not known, and an empty token for long-term keys', async () => {
    open({
      now: () => Date.parse('2026-11-21T12:00:00Z'),
      providerOf: () => async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'secret' }),
    });
    expect(await asked(await addressOf())).toEqual({
      status: 200,
      body: {
        AccessKeyId: 'AKIA',
        SecretAccessKey: 'secret',
        Token: '',
        Expiration: '2026-11-21T12:15:00Z',
      },
    });
  });

  test('gets new ones when it asks again: nothing is remembered here', async () => {
    let count = 0;
    open({
      providerOf: () => async () => {
        count += 1;
        return credentials(String(count));
      },
    });
    const address = await addressOf();
    expect(await asked(address)).toMatchObject({ body: { AccessKeyId: 'ASIA-1' } });
    expect(await asked(address)).toMatchObject({ body: { AccessKeyId: 'ASIA-2' } });
  });
});

describe('whoever is not the handler', () => {
  test('of another function is refused, and so is a wrong token, none, another path, another method', async () => {
    open();
    const orders = await addressOf(ORDERS);
    const bills = await addressOf(BILLS);
    const denied = {
      status: 403,
      body: {
        Code: 'AccessDenied',
        Message: 'the token in the Authorization header is not that of this function',
      },
    };
    expect(await asked({ url: orders.url, token: bills.token })).toEqual(denied);
    expect(await asked({ url: orders.url, token: `${orders.token}x` })).toEqual(denied);
    expect(await asked({ url: orders.url, token: '' })).toEqual(denied);
    expect(await ask(orders.url, {})).toMatchObject({ status: 401, body: { Code: 'Unauthorized' } });
    const elsewhere = { status: 404, body: { Code: 'NotFound', Message: 'no function has this address' } };
    const authorization = orders.token;
    expect(await ask(new URL('/', orders.url).href, { authorization })).toEqual(elsewhere);
    expect(await ask(`${orders.url}?x`, { authorization })).toEqual(elsewhere);
    expect(await ask(orders.url, { authorization }, 'POST')).toEqual(elsewhere);
    expect(problems).toEqual([]);
  });

  test('is a web page is refused, even with the token', async () => {
    open();
    const { url, token } = await addressOf();
    const { host } = new URL(url);
    const refused = {
      status: 403,
      body: { Code: 'AccessDenied', Message: `expected the Host ${host} and no Origin` },
    };
    expect(await ask(url, { authorization: token, host: 'evil.example' })).toEqual(refused);
    expect(await ask(url, { authorization: token, origin: `http://${host}` })).toEqual(refused);
  });

  test('does not see the token in anything that llx prints', async () => {
    open();
    const { token } = await addressOf();
    expect(redact(`Authorization: ${token}`)).toBe('Authorization: [secret]');
    await asked(await addressOf());
    expect(redact('secret-of-orders token-of-orders ASIA-orders')).toBe('[secret] [secret] ASIA-orders');
  });
});

describe('credentials that cannot be had', () => {
  const roleDenied = new LlxError('LLX_ROLE_DENIED', {
    message: 'Expected to assume it.',
    mend: 'Trust me.',
  });

  test('are an answer with code, message and mend, and one notice until they are there again', async () => {
    let failing = true;
    open({
      providerOf: () => async () => {
        if (failing) throw roleDenied;
        return credentials('orders');
      },
    });
    const address = await addressOf();
    const refused = {
      status: 400,
      body: { Code: 'LLX_ROLE_DENIED', Message: 'Expected to assume it. Trust me.' },
    };
    expect(await asked(address)).toEqual(refused);
    expect(await asked(address)).toEqual(refused);
    expect(problems).toEqual([{ functionArn: ORDERS, error: roleDenied }]);
    failing = false;
    expect(await asked(address)).toMatchObject({ status: 200 });
    failing = true;
    expect(await asked(address)).toEqual(refused);
    expect(problems).toHaveLength(2);
  });

  test('are also ones that make no sense', async () => {
    open({ providerOf: () => async () => ({ ...credentials('orders'), expiration: new Date(Number.NaN) }) });
    expect(await asked(await addressOf())).toEqual({
      status: 400,
      body: { Code: 'RangeError', Message: 'Invalid time value' },
    });
    expect(problems).toHaveLength(1);
  });

  test('do not show a secret, whatever the error says', async () => {
    keepSecret('a-secret-in-an-error');
    open({
      providerOf: () => () => {
        throw new TypeError('refused: a-secret-in-an-error');
      },
    });
    expect(await asked(await addressOf())).toEqual({
      status: 400,
      body: { Code: 'TypeError', Message: 'refused: [secret]' },
    });
  });

  test('in time are asked for again: the answer comes before the SDK gives up, the problem when it is known', async () => {
    const { promise, reject } = Promise.withResolvers<AwsCredentials>();
    open({ answerWithinMs: 1, providerOf: () => () => promise });
    expect(await asked(await addressOf())).toMatchObject({ status: 503, body: { Code: 'NotReady' } });
    expect(problems).toEqual([]);
    reject(roleDenied);
    await expect.poll(() => problems).toEqual([{ functionArn: ORDERS, error: roleDenied }]);
  });
});

describe('the port', () => {
  test('is one for all, and each worker has an address and a token of its own', async () => {
    open();
    const workers = [await addressOf(), await addressOf(), await addressOf(BILLS)];
    expect(new Set(workers.map(({ url }) => new URL(url).host)).size).toBe(1);
    expect(new Set(workers.map(({ url }) => url)).size).toBe(3);
    expect(new Set(workers.map(({ token }) => token)).size).toBe(3);
    for (const [index, name] of ['orders', 'orders', 'bills'].entries()) {
      const worker = workers[index];
      if (worker === undefined) throw new Error('expected a worker');
      expect(await asked(worker)).toMatchObject({ body: { AccessKeyId: `ASIA-${name}` } });
    }
  });

  test('forgets the workers of many reloads ago: their tokens open nothing', async () => {
    open();
    const [silent, asking] = [await addressOf(), await addressOf()];
    for (let worker = 0; worker < 63; worker++) {
      await addressOf();
      expect(await asked(asking)).toMatchObject({ status: 200 });
    }
    expect(await asked(silent)).toMatchObject({ status: 404 });
  });

  test('closes more than once, also while it opens, and opens no more after that', async () => {
    open();
    const opening = endpoint.environmentFor(ORDERS);
    await Promise.all([endpoint.close(), endpoint.close()]);
    const { AWS_CONTAINER_CREDENTIALS_FULL_URI: url = '' } = await opening;
    await expect(ask(url, {})).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(endpoint.environmentFor(ORDERS)).rejects.toThrow('found it closed');
  });

  test('closes although a handler still waits', async () => {
    const reached = Promise.withResolvers<void>();
    open({
      providerOf: () => () => {
        reached.resolve();
        return new Promise(() => {});
      },
    });
    const waiting = asked(await addressOf());
    const refused = expect(waiting).rejects.toMatchObject({ code: 'ECONNRESET' });
    await reached.promise;
    await endpoint.close();
    await refused;
  });
});

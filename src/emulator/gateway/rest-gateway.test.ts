import { afterEach, expect, test } from 'vitest';
import type { ApiDefinition } from './api-definition.ts';
import { type GatewayWorld, openGatewayWorld, restApi, routeTo, START } from './gateway.test-support.ts';

let world: GatewayWorld;

afterEach(() => world.close());

async function open(api: ApiDefinition): Promise<(path: string) => string> {
  world = await openGatewayWorld([api]);
  return (path) => `http://shopapi123.execute-api.localhost:${world.port}${path}`;
}

const V1 = { payloadFormat: '1.0' } as const;

test('a method of a REST API invokes its function with payload format 1.0', async () => {
  const at = await open(restApi([routeTo('ANY /orders/{id}/{rest+}', V1)]));
  world.deploy('orders', () => ({
    statusCode: 200,
    headers: { Date: 'never', 'X-Own': 'yes' },
    body: '{"ok":true}',
  }));
  const answer = await world.ask(at('/prod/orders/7/lines/1?tag=x&tag=y'), {
    method: 'PUT',
    headers: { 'X-Many': ['1', '2'], 'user-agent': 'test' },
    body: 'é',
  });
  expect([answer.status, answer.text]).toEqual([200, '{"ok":true}']);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/json',
    'x-own': 'yes',
    'x-amzn-remapped-date': 'never',
  });
  const host = `shopapi123.execute-api.localhost:${world.port}`;
  const single = {
    host,
    'X-Many': '2',
    'user-agent': 'test',
    'Content-Length': '2',
    'X-Forwarded-For': '127.0.0.1',
    'X-Forwarded-Port': world.port,
    'X-Forwarded-Proto': 'http',
    'X-Amzn-Trace-Id': expect.stringMatching(/^Root=1-/),
  };
  expect(world.events).toEqual([
    {
      resource: '/orders/{id}/{rest+}',
      path: '/orders/7/lines/1',
      httpMethod: 'PUT',
      headers: single,
      multiValueHeaders: {
        ...Object.fromEntries(Object.entries(single).map(([name, value]) => [name, [value]])),
        'X-Many': ['1', '2'],
      },
      queryStringParameters: { tag: 'y' },
      multiValueQueryStringParameters: { tag: ['x', 'y'] },
      pathParameters: { id: '7', rest: 'lines/1' },
      stageVariables: null,
      requestContext: {
        accountId: '000000000000',
        apiId: 'shopapi123',
        domainName: host,
        domainPrefix: 'shopapi123',
        extendedRequestId: answer.headers['x-amzn-requestid'],
        httpMethod: 'PUT',
        identity: {
          accessKey: null,
          accountId: null,
          caller: null,
          cognitoAuthenticationProvider: null,
          cognitoAuthenticationType: null,
          cognitoIdentityId: null,
          cognitoIdentityPoolId: null,
          principalOrgId: null,
          sourceIp: '127.0.0.1',
          user: null,
          userAgent: 'test',
          userArn: null,
        },
        path: '/prod/orders/7/lines/1',
        protocol: 'HTTP/1.1',
        requestId: answer.headers['x-amzn-requestid'],
        requestTime: '21/Nov/2026:10:00:00 +0000',
        requestTimeEpoch: START,
        resourceId: '/orders/{id}/{rest+}',
        resourcePath: '/orders/{id}/{rest+}',
        stage: 'prod',
      },
      body: 'é',
      isBase64Encoded: false,
    },
  ]);
});

test('only binary media types go in as bytes, and come out as bytes to those who accept them', async () => {
  const at = await open(restApi([routeTo('POST /echo', V1)], { binaryMediaTypes: ['image/*'] }));
  world.deploy('orders', ({ body, isBase64Encoded }) => ({
    statusCode: 200,
    headers: { 'content-type': 'image/png' },
    body,
    isBase64Encoded,
  }));
  const bytes = Buffer.from([0, 255, 128]);
  const post = { method: 'POST', body: bytes };
  const image = { 'content-type': 'image/png' };
  const asBytes = await world.ask(at('/prod/echo'), {
    ...post,
    headers: { ...image, accept: 'image/webp,*/*' },
  });
  expect(asBytes.bytes).toEqual(bytes);
  const asText = await world.ask(at('/prod/echo'), { ...post, headers: image });
  expect(asText.text).toBe(bytes.toString('base64'));
  await world.ask(at('/prod/echo'), { ...post, headers: { 'content-type': 'application/zip' } });
  expect(world.events.map(({ isBase64Encoded }) => isBase64Encoded)).toEqual([true, true, false]);
});

test('values of a header that are given one by one and as a list stand side by side, each once', async () => {
  const at = await open(restApi([routeTo('GET /', V1)]));
  world.deploy('orders', () => ({
    statusCode: 200,
    headers: { 'Set-Cookie': 'a=1', 'X-Many': '1' },
    multiValueHeaders: {
      'set-cookie': ['b=2', 'c=3'],
      'x-many': ['1', '2'],
      'content-type': ['text/css'],
      'WWW-Authenticate': ['Basic'],
      'x-none': null,
    },
  }));
  const { headers } = await world.ask(at('/prod'));
  expect(headers).toMatchObject({
    'set-cookie': ['a=1', 'b=2', 'c=3'],
    'x-many': '1, 2',
    'content-type': 'text/css',
    'x-amzn-remapped-www-authenticate': 'Basic',
  });
  expect(headers['x-none']).toBeUndefined();
});

test.each([
  ['an unknown path', '/prod/nothing', 403, '{"message":"Missing Authentication Token"}'],
  ['an unknown stage', '/test/orders', 403, '{"message":"Forbidden"}'],
  ['a text as the answer', '/prod/text', 502, '{"message": "Internal server error"}'],
  ['an answer whose body is no text', '/prod/object', 502, '{"message": "Internal server error"}'],
])('%s is refused in the words of a REST API', async (_, path, status, text) => {
  const at = await open(restApi([routeTo('GET /text', V1), routeTo('GET /object', V1)]));
  world.deploy('orders', ({ path: asked }) =>
    asked === '/text' ? 'hello' : { statusCode: 200, body: { no: 'text' } },
  );
  const answer = await world.ask(at(path));
  expect([answer.status, JSON.parse(answer.text)]).toEqual([status, JSON.parse(text)]);
});

test('an answer that takes longer than 29 seconds comes too late', async () => {
  const at = await open(restApi([routeTo('GET /', V1)]));
  const { promise, resolve } = Promise.withResolvers<string>();
  world.deploy('orders', () => promise);
  const asked = world.ask(at('/prod'));
  await world.invoked(1);
  world.clock.advance(29_000);
  const { status, text } = await asked;
  resolve('late');
  expect([status, text]).toEqual([504, '{"message":"Endpoint request timed out"}']);
});

test('a mock answers preflights as the CDK has it, and says whose pages may call', async () => {
  const allowed = 'https://app.example';
  const headers = { 'access-control-allow-origin': allowed, 'access-control-allow-methods': 'GET' };
  const at = await open(
    restApi([
      routeTo('GET /orders', V1),
      {
        key: 'OPTIONS /orders',
        authorization: { type: 'NONE' },
        integration: { type: 'mock', status: 204, headers },
      },
    ]),
  );
  const answer = await world.ask(at('/prod/orders'), {
    method: 'OPTIONS',
    headers: { origin: allowed, 'access-control-request-method': 'GET' },
  });
  expect(answer.status).toBe(204);
  expect(answer.headers).toMatchObject(headers);
  world.deploy('orders', () => ({ statusCode: 200, body: 'seven' }));
  const statusFor = async (origin: string): Promise<number | undefined> =>
    (await world.ask(at('/prod/orders'), { headers: { origin } })).status;
  expect([await statusFor(allowed), await statusFor('https://evil.example')]).toEqual([200, 403]);
});

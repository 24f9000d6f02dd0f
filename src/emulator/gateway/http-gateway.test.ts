import { afterEach, expect, test } from 'vitest';
import type { ApiDefinition } from './api-definition.ts';
import { type GatewayWorld, httpApi, openGatewayWorld, routeTo, START } from './gateway.test-support.ts';

let world: GatewayWorld;

afterEach(() => world.close());

async function open(api: ApiDefinition): Promise<(path: string) => string> {
  world = await openGatewayWorld([api]);
  return (path) => `http://shopapi123.execute-api.localhost:${world.port}${path}`;
}

test('a route of an HTTP API invokes its function with payload format 2.0', async () => {
  const at = await open(
    httpApi([routeTo('POST /orders/{id}')], {
      stages: [{ name: '$default', variables: { table: 'orders-dev' } }],
    }),
  );
  world.deploy('orders', () => ({ statusCode: 201, headers: { 'X-Own': 'yes' }, body: 'made' }));
  const answer = await world.ask(at('/orders/a%20b?tag=x&tag=y'), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      cookie: 'a=1; b=2',
      'user-agent': 'test',
      'x-many': ['1', '2'],
    },
    body: '{"total":1}',
  });
  expect([answer.status, answer.text]).toEqual([201, 'made']);
  expect(answer.headers).toMatchObject({
    'x-own': 'yes',
    'content-type': 'text/plain; charset=utf-8',
    'content-length': '4',
    'apigw-requestid': expect.stringMatching(/^[\da-f-]{36}$/),
  });
  const host = `shopapi123.execute-api.localhost:${world.port}`;
  expect(world.events).toEqual([
    {
      version: '2.0',
      routeKey: 'POST /orders/{id}',
      rawPath: '/orders/a b',
      rawQueryString: 'tag=x&tag=y',
      cookies: ['a=1', 'b=2'],
      headers: {
        host,
        'content-type': 'application/json',
        'user-agent': 'test',
        'x-many': '1, 2',
        'content-length': '11',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': world.port,
        'x-forwarded-proto': 'http',
        'x-amzn-trace-id': expect.stringMatching(/^Root=1-/),
      },
      queryStringParameters: { tag: 'x,y' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'shopapi123',
        domainName: host,
        domainPrefix: 'shopapi123',
        http: {
          method: 'POST',
          path: '/orders/a b',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test',
        },
        requestId: answer.headers['apigw-requestid'],
        routeKey: 'POST /orders/{id}',
        stage: '$default',
        time: '21/Nov/2026:10:00:00 +0000',
        timeEpoch: START,
      },
      pathParameters: { id: 'a b' },
      stageVariables: { table: 'orders-dev' },
      body: '{"total":1}',
      isBase64Encoded: false,
    },
  ]);
});

test('an API is found by its id, by its name, with a region, and by a path where names lead nowhere', async () => {
  const at = await open(httpApi([routeTo('GET /orders')]));
  world.deploy('orders', ({ requestContext }) => requestContext);
  const { port } = world;
  const urls = [
    at('/orders'),
    `http://SHOP.execute-api.localhost:${port}/orders`,
    `http://shop.execute-api.us-east-1.localhost:${port}/orders`,
    `http://localhost:${port}/_aws/execute-api/shopapi123/orders`,
    `http://127.0.0.1:${port}/_aws/execute-api/Shop/$default/orders`,
  ];
  const answers = await Promise.all(urls.map((url) => world.ask(url)));
  expect(answers.map(({ status, text }) => [status, JSON.parse(text).domainName])).toEqual([
    [200, `shopapi123.execute-api.localhost:${port}`],
    [200, `shop.execute-api.localhost:${port}`],
    [200, `shop.execute-api.us-east-1.localhost:${port}`],
    [200, `localhost:${port}/_aws/execute-api/shopapi123`],
    [200, `127.0.0.1:${port}/_aws/execute-api/Shop`],
  ]);
  const strangers = [
    `http://other.execute-api.localhost:${port}/orders`,
    `http://shop.execute-api.eu-west-1.localhost:${port}/orders`,
    at('/nothing'),
  ];
  for (const url of strangers) {
    const { status, text } = await world.ask(url);
    expect([status, text]).toEqual([404, '{"message":"Not Found"}']);
  }
});

test('a named stage is the first segment, which stays in the event’s path; any other path is that of $default', async () => {
  const at = await open(
    httpApi([routeTo('GET /{proxy+}')], { stages: [{ name: '$default' }, { name: 'dev' }] }),
  );
  world.deploy('orders', ({ rawPath, requestContext, pathParameters }) => ({
    rawPath,
    requestContext,
    pathParameters,
  }));
  const answerOf = async (path: string): Promise<unknown> => {
    const { rawPath, requestContext, pathParameters } = JSON.parse((await world.ask(at(path))).text);
    return [rawPath, requestContext.stage, requestContext.http.path, pathParameters.proxy];
  };
  expect(await answerOf('/dev/orders')).toEqual(['/dev/orders', 'dev', '/dev/orders', 'orders']);
  expect(await answerOf('/develop/orders')).toEqual([
    '/develop/orders',
    '$default',
    '/develop/orders',
    'develop/orders',
  ]);
});

test('stage variables choose the function', async () => {
  const uri = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:\${stageVariables.fn}/invocations`;
  const at = await open(
    httpApi([routeTo('$default', { target: uri })], {
      stages: [
        { name: '$default', variables: { fn: 'blue' } },
        { name: 'next', variables: { fn: 'green' } },
      ],
    }),
  );
  for (const name of ['blue', 'green']) world.deploy(name, () => name);
  expect((await world.ask(at('/'))).text).toBe('blue');
  expect((await world.ask(at('/next'))).text).toBe('green');
});

test('binary bodies go in and come out in base64; forms are binary to an HTTP API', async () => {
  const at = await open(httpApi([routeTo('POST /echo')]));
  world.deploy('orders', ({ body, isBase64Encoded }) => ({
    statusCode: 200,
    headers: { 'content-type': 'image/png' },
    body,
    isBase64Encoded,
  }));
  const bytes = Buffer.from([0, 255, 128, 13, 10]);
  const headers = { 'content-type': 'image/png' };
  expect((await world.ask(at('/echo'), { method: 'POST', headers, body: bytes })).bytes).toEqual(bytes);
  await world.ask(at('/echo'), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'a=1',
  });
  expect(world.events.map(({ isBase64Encoded }) => isBase64Encoded)).toEqual([true, true]);
});

test.each([
  ['a value without a status is the body, as JSON', { orders: 1 }, 200, 'application/json', '{"orders":1}'],
  ['a text is the body', 'hello', 200, 'application/json', 'hello'],
  [
    'a status that is none',
    { statusCode: 'many' },
    500,
    'application/json',
    '{"message":"Internal Server Error"}',
  ],
])('format 2.0: %s', async (_, value, status, type, text) => {
  const at = await open(httpApi([routeTo('GET /')]));
  world.deploy('orders', () => value);
  const answer = await world.ask(at('/'));
  expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([status, type, text]);
});

test('cookies of format 2.0 and several values of format 1.0 become several headers', async () => {
  const at = await open(httpApi([routeTo('GET /two'), routeTo('GET /one', { payloadFormat: '1.0' })]));
  world.deploy('orders', ({ version }) =>
    version === '2.0'
      ? { statusCode: 200, cookies: ['a=1', 'b=2'], body: '' }
      : { statusCode: 200, multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] }, body: '' },
  );
  for (const path of ['/two', '/one']) {
    expect((await world.ask(at(path))).headers['set-cookie']).toEqual(['a=1', 'b=2']);
  }
});

test.each(['2.0', '1.0'] as const)(
  'a function that fails is 500 to the caller of format %s',
  async (payloadFormat) => {
    const at = await open(httpApi([routeTo('GET /', { payloadFormat })]));
    world.deploy('orders', () => {
      throw new Error('the inside');
    });
    const { status, text } = await world.ask(at('/'));
    expect([status, text]).toEqual([500, '{"message":"Internal Server Error"}']);
  },
);

test('a function that is not there is 500 to the caller, and why is told to the developer', async () => {
  const at = await open(httpApi([routeTo('GET /', { target: 'missing' })]));
  expect((await world.ask(at('/'))).status).toBe(500);
  expect(world.notices).toEqual([
    'An API could not invoke missing: ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:000000000000:function:missing:$LATEST',
  ]);
});

test('an answer that takes longer than 30 seconds comes too late, and the function goes on', async () => {
  const at = await open(httpApi([routeTo('GET /')]));
  const { promise, resolve } = Promise.withResolvers<string>();
  world.deploy('orders', () => promise);
  const asked = world.ask(at('/'));
  await world.invoked(1);
  world.clock.advance(30_000);
  const { status, text } = await asked;
  resolve('late');
  expect([status, text]).toEqual([503, '{"message":"Service Unavailable"}']);
});

test('more than 10 MB are refused before a function sees them, and so is an event that Lambda does not take', async () => {
  const at = await open(httpApi([routeTo('POST /')]));
  world.deploy('orders', () => 'taken');
  for (const body of [Buffer.alloc(10 * 1024 * 1024 + 1, 'a'), Buffer.alloc(7 * 1024 * 1024, 'a')]) {
    const headers = { 'content-type': 'text/plain' };
    const { status, text } = await world.ask(at('/'), { method: 'POST', headers, body });
    expect([status, text]).toEqual([413, '{"message":"Request Entity Too Large"}']);
  }
  expect(world.events).toEqual([]);
});

const CORS = {
  allowOrigins: ['https://app.example', 'http://*'],
  allowMethods: ['GET', 'POST'],
  allowHeaders: ['authorization'],
  exposeHeaders: ['x-total'],
  allowCredentials: true,
  maxAge: 60,
};

test('CORS settings answer preflights, also where there is no route, and stand in every answer', async () => {
  const at = await open(httpApi([routeTo('GET /orders')], { cors: CORS }));
  world.deploy('orders', () => ({
    statusCode: 200,
    headers: { 'access-control-allow-origin': 'https://other.example' },
    body: '',
  }));
  const origin = 'https://app.example';
  const preflight = await world.ask(at('/anything'), {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'GET' },
  });
  expect(preflight.status).toBe(204);
  const common = {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'x-total',
    vary: 'Origin',
  };
  expect(preflight.headers).toMatchObject({
    ...common,
    'access-control-allow-methods': 'GET,POST',
    'access-control-allow-headers': 'authorization',
    'access-control-max-age': '60',
  });
  for (const path of ['/orders', '/nothing']) {
    expect((await world.ask(at(path), { headers: { origin } })).headers).toMatchObject(common);
  }
  expect(world.events).toHaveLength(1);
});

test('pages of other origins reach no function but by a link to its host', async () => {
  const at = await open(httpApi([routeTo('GET /orders')], { cors: CORS }));
  world.deploy('orders', () => 'secret');
  const { status } = await world.ask(at('/orders'), { headers: { origin: 'https://evil.example' } });
  expect([status, world.events]).toEqual([403, []]);
  const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  // There it would be a page of the origin of AWS's API.
  const path = `${world.endpoint}/_aws/execute-api/shopapi123/orders`;
  expect((await world.ask(path, { headers: link })).status).toBe(403);
  expect((await world.ask(at('/orders'), { headers: link })).status).toBe(200);
  expect((await world.ask(at('/orders'), { headers: { origin: 'http://localhost:5173' } })).status).toBe(200);
});

import { afterEach, expect, test } from 'vitest';
import { DEVELOPMENT_KEY } from '../../signature/development-key.ts';
import { signRequest } from '../../signature/sign-request.ts';
import type { IamConfig } from '../identity/iam-config.ts';
import type { CallerLimitOptions } from '../server/caller-limits.ts';
import type { ApiDefinition, GatewayAuthorizer } from './api-definition.ts';
import { type GatewayWorld, httpApi, openGatewayWorld, restApi, routeTo } from './gateway.test-support.ts';

let world: GatewayWorld;

afterEach(() => world.close());

const ARN = 'arn:aws:execute-api:us-east-1:000000000000:shopapi123';

const AUTHORIZER: GatewayAuthorizer = {
  name: 'users',
  type: 'REQUEST',
  target: 'authorizer',
  payloadFormat: '2.0',
  simpleResponses: true,
  identitySources: ['$request.header.Authorization'],
  ttlSeconds: 0,
};

async function open(
  api: ApiDefinition,
  limits?: Partial<CallerLimitOptions>,
): Promise<(path: string) => string> {
  const iam: IamConfig = {
    users: {
      developer: {
        accessKeys: [{ id: DEVELOPMENT_KEY.accessKeyId, secret: DEVELOPMENT_KEY.secretAccessKey }],
        policies: [
          {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `${ARN}/*/GET/allowed` }],
          },
        ],
      },
    },
  };
  world = await openGatewayWorld([api], iam, undefined, limits);
  world.deploy('orders', ({ requestContext }) => ({
    statusCode: 200,
    body: JSON.stringify(requestContext),
  }));
  return (path) => `http://shopapi123.execute-api.localhost:${world.port}${path}`;
}

function signedFor(url: string): Record<string, string> {
  const request = { method: 'GET', url, headers: {}, service: 'execute-api', region: 'us-east-1' };
  return { ...signRequest({ ...request, credentials: DEVELOPMENT_KEY }) };
}

/** The status, and what the event says of the caller or why there was none. */
async function ask(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly [number | undefined, unknown]> {
  const { status, text } = await world.ask(url, { headers });
  const body = JSON.parse(text);
  return [status, status === 200 ? body.authorizer : body];
}

const policy = (effect: 'Allow' | 'Deny', resource: string): unknown => ({
  principalId: 'alice',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: effect, Action: 'execute-api:Invoke', Resource: resource }],
  },
  context: { tenant: 7 },
});

test('simple answers of format 2.0 let in or not, and their context reaches the function', async () => {
  const at = await open(httpApi([routeTo('GET /orders/{id}', { authorizer: AUTHORIZER })]));
  world.deploy('authorizer', ({ identitySource }) => ({
    isAuthorized: String(identitySource) === 'good',
    context: { tenant: 7 },
  }));
  expect(await ask(at('/orders/1'), { authorization: 'good' })).toEqual([200, { lambda: { tenant: 7 } }]);
  expect(await ask(at('/orders/1'), { authorization: 'bad' })).toEqual([403, { message: 'Forbidden' }]);
  expect(world.events[0]).toMatchObject({
    version: '2.0',
    type: 'REQUEST',
    routeArn: `${ARN}/$default/GET/orders/1`,
    identitySource: ['good'],
    routeKey: 'GET /orders/{id}',
    rawPath: '/orders/1',
    pathParameters: { id: '1' },
  });
});

test('a caller without the identity source is refused, and the function is not asked', async () => {
  const at = await open(httpApi([routeTo('GET /', { authorizer: AUTHORIZER })]));
  world.deploy('authorizer', () => ({ isAuthorized: true }));
  expect(await ask(at('/'))).toEqual([401, { message: 'Unauthorized' }]);
  expect(world.events).toEqual([]);
});

test('a policy is asked about each method, and an explicit deny is told so by a REST API', async () => {
  const authorizer: GatewayAuthorizer = {
    ...AUTHORIZER,
    type: 'TOKEN',
    payloadFormat: '1.0',
    simpleResponses: false,
    identitySources: ['method.request.header.Authorization'],
    ttlSeconds: 300,
  };
  const v1 = { payloadFormat: '1.0', authorizer } as const;
  const at = await open(restApi([routeTo('GET /a', v1), routeTo('GET /b', v1)]));
  world.deploy('authorizer', ({ authorizationToken }) =>
    policy(authorizationToken === 'deny' ? 'Deny' : 'Allow', `${ARN}/prod/GET/a`),
  );
  const headers = { authorization: 'good' };
  expect(await ask(at('/prod/a'), headers)).toEqual([200, { principalId: 'alice', tenant: '7' }]);
  expect(world.events[0]).toEqual({
    type: 'TOKEN',
    methodArn: `${ARN}/prod/GET/a`,
    authorizationToken: 'good',
  });
  expect(await ask(at('/prod/b'), headers)).toEqual([
    403,
    { Message: 'User is not authorized to access this resource' },
  ]);
  expect(await ask(at('/prod/a'), { authorization: 'deny' })).toEqual([
    403,
    { Message: 'User is not authorized to access this resource with an explicit deny' },
  ]);
});

test('what an authorizer said is kept as long as it says, for each identity', async () => {
  const authorizer = { ...AUTHORIZER, ttlSeconds: 60 };
  const at = await open(httpApi([routeTo('GET /', { authorizer })]));
  let asked = 0;
  world.deploy('authorizer', () => ({ isAuthorized: true, context: { asked: ++asked } }));
  const askAs = async (authorization: string): Promise<unknown> => ask(at('/'), { authorization });
  expect(await askAs('alice')).toEqual([200, { lambda: { asked: 1 } }]);
  expect(await askAs('alice')).toEqual([200, { lambda: { asked: 1 } }]);
  expect(await askAs('bob')).toEqual([200, { lambda: { asked: 2 } }]);
  world.clock.advance(60_000);
  expect(await askAs('alice')).toEqual([200, { lambda: { asked: 3 } }]);
});

test('what an authorizer said of one stage is not taken for another', async () => {
  const authorizer = { ...AUTHORIZER, ttlSeconds: 60 };
  const stages = [{ name: '$default' }, { name: 'dev' }];
  const at = await open(httpApi([routeTo('GET /orders', { authorizer })], { stages }));
  world.deploy('authorizer', ({ routeArn }) => ({ isAuthorized: String(routeArn).includes('/dev/') }));
  const headers = { authorization: 'alice' };
  expect(await ask(at('/dev/orders'), headers)).toEqual([200, { lambda: {} }]);
  expect(await ask(at('/orders'), headers)).toEqual([403, { message: 'Forbidden' }]);
});

test.each([
  ['fails', () => Promise.reject(new Error('the inside')), 500, { message: 'Internal Server Error' }],
  ['throws Unauthorized', () => Promise.reject(new Error('Unauthorized')), 401, { message: 'Unauthorized' }],
  ['answers something else', () => ({ allowed: true }), 500, { message: 'Internal Server Error' }],
  ['answers truthy, not true', () => ({ isAuthorized: 'true' }), 500, { message: 'Internal Server Error' }],
])('nobody gets through when the authorizer %s', async (_, handler, status, body) => {
  const at = await open(httpApi([routeTo('GET /', { authorizer: AUTHORIZER })]));
  world.deploy('authorizer', handler);
  expect(await ask(at('/'), { authorization: 'good' })).toEqual([status, body]);
  expect(world.events).toHaveLength(1);
});

test('a request that is signed counts for its key, not for those behind the same address', async () => {
  const api = httpApi([routeTo('GET /allowed', { iam: true })]);
  const at = await open(api, { requestsPerSecond: 1 });
  for (let n = 0; n < 2; n += 1) {
    const [status] = await ask(at('/allowed'), signedFor(at('/allowed')));
    expect(status).toBe(200);
  }
  // The address has all of what it may take.
  for (let n = 0; n < 2; n += 1) expect((await ask(at('/allowed')))[0]).toBe(403);
});

test('AWS_IAM takes what is signed for execute-api, and asks the caller’s policies about the route', async () => {
  const at = await open(
    httpApi([routeTo('GET /allowed', { iam: true }), routeTo('GET /other', { iam: true })]),
  );
  expect(await ask(at('/allowed'), signedFor(at('/allowed')))).toEqual([
    200,
    {
      iam: expect.objectContaining({
        accessKey: DEVELOPMENT_KEY.accessKeyId,
        userArn: 'arn:aws:iam::000000000000:user/developer',
      }),
    },
  ]);
  expect(await ask(at('/other'), signedFor(at('/other')))).toEqual([403, { message: 'Forbidden' }]);
  expect(await ask(at('/allowed'))).toEqual([403, { message: 'Forbidden' }]);
});

test('an authorizer that is not emulated lets nobody through', async () => {
  const route = routeTo('GET /');
  const at = await open(httpApi([{ ...route, authorization: { type: 'unsupported', name: 'JWT' } }]));
  expect(await ask(at('/'))).toEqual([
    501,
    { message: "llx's emulator does not implement authorizers of the type JWT" },
  ]);
});

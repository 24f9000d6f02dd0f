import { expect, test } from 'vitest';
import type { Problems } from '../../checks/check.ts';
import { configuredApiId } from '../../emulator/gateway/api-definition.ts';
import type { ApisConfig } from '../../manifest/api-config.ts';
import { checkApis } from '../../manifest/check-apis.ts';
import { configuredApis } from './configured-apis.ts';

function checked(written: unknown): { readonly apis: ApisConfig | undefined; readonly problems: Problems } {
  const problems: Problems = [];
  return { apis: checkApis(written, 'apis', problems), problems };
}

test('a name and a function for each route are enough for an HTTP API', () => {
  const { apis = {}, problems } = checked({ shop: { routes: { 'GET /orders/{id}': 'orders' } } });
  expect(problems).toEqual([]);
  expect(configuredApis(apis)).toEqual([
    {
      id: configuredApiId('shop'),
      name: 'shop',
      protocol: 'HTTP',
      stages: [{ name: '$default', variables: {} }],
      routes: [
        {
          key: 'GET /orders/{id}',
          authorization: { type: 'NONE' },
          integration: { type: 'lambda', target: 'orders', payloadFormat: '2.0' },
          answers: false,
        },
      ],
    },
  ]);
  expect(configuredApiId('shop')).toMatch(/^[a-z0-9]{10}$/);
});

test('a REST API has format 1.0, authorizers that are kept for five minutes, and mocks', () => {
  const written = {
    shop: {
      type: 'rest',
      stage: 'dev',
      binaryMediaTypes: ['image/*'],
      authorizers: { users: { function: 'authorize', type: 'token' } },
      routes: {
        'GET /orders': { function: 'orders', authorizer: 'users', timeout: 5 },
        'GET /signed': { function: 'orders', authorizer: 'AWS_IAM' },
        'OPTIONS /orders': { mock: { status: 204 } },
      },
    },
  };
  const { apis = {}, problems } = checked(written);
  expect(problems).toEqual([]);
  const authorizer = {
    name: 'users',
    type: 'TOKEN',
    target: 'authorize',
    payloadFormat: '1.0',
    simpleResponses: false,
    identitySources: ['$request.header.Authorization'],
    ttlSeconds: 300,
  };
  expect(configuredApis(apis)).toEqual([
    {
      id: configuredApiId('shop'),
      name: 'shop',
      protocol: 'REST',
      stages: [{ name: 'dev', variables: {} }],
      binaryMediaTypes: ['image/*'],
      routes: [
        {
          key: 'GET /orders',
          authorization: { type: 'CUSTOM', authorizer },
          integration: { type: 'lambda', target: 'orders', payloadFormat: '1.0', timeoutMs: 5_000 },
          answers: false,
        },
        {
          key: 'GET /signed',
          authorization: { type: 'AWS_IAM' },
          integration: { type: 'lambda', target: 'orders', payloadFormat: '1.0' },
          answers: false,
        },
        {
          key: 'OPTIONS /orders',
          authorization: { type: 'NONE' },
          integration: { type: 'mock', status: 204, headers: {} },
          answers: false,
        },
      ],
    },
  ]);
});

test('all that is wrong is told with its place', () => {
  const { problems } = checked({
    'my shop': { routes: {} },
    shop: {
      type: 'graphql',
      routes: {
        'FETCH /orders': 'orders',
        'GET /a': { authorizer: 'users' },
        'GET /b': { function: 'b', mock: { status: 200 } },
      },
    },
  });
  expect(problems).toEqual([
    'apis["my shop"]: expected a name of 1 to 63 letters, digits, - or _: it is part of a host.',
    "apis.shop.type: expected 'http' or 'rest' or 'websocket', found \"graphql\".",
    "apis.shop.routes[\"FETCH /orders\"]: expected a method and a path such as 'GET /orders/{id}', or '$default'.",
    'apis.shop.routes["GET /a"]: expected a function or a mock, found neither.',
    'apis.shop.routes["GET /a"].authorizer: expected AWS_IAM or one of the API\'s authorizers (), found "users".',
    'apis.shop.routes["GET /b"]: expected a function or a mock, found both.',
  ]);
});

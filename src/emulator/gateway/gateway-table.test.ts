import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryState } from '../service.test-support.ts';
import { httpApi, routeTo } from './gateway.test-support.ts';
import { GatewayApis } from './gateway-apis.ts';
import type { ApiResource } from './gateway-resources.ts';
import { GatewayTable } from './gateway-table.ts';

let state: ReturnType<typeof temporaryState>;

beforeEach(() => {
  state = temporaryState();
});

afterEach(() => state.remove());

function resource(apiId: string, name: string): ApiResource {
  return {
    apiId,
    name,
    protocolType: 'HTTP',
    routeSelectionExpression: '$request.method $request.path',
    apiKeySelectionExpression: '$request.header.x-api-key',
    createdDate: '2026-11-21T10:00:00.000Z',
  };
}

const ROUTE = { routeId: 'r1', routeKey: 'GET /', authorizationType: 'NONE' } as const;

test('what was made is there for whoever opens the state next', () => {
  const table = new GatewayTable(state);
  table.put('a', ['apis', 'a', resource('a', 'Shop')]);
  table.put('a', ['routes', 'r1', ROUTE]);
  const next = new GatewayApis({ configured: [], table: new GatewayTable(state) });
  expect(next.find('shop')?.definition).toEqual({
    id: 'a',
    name: 'Shop',
    protocol: 'HTTP',
    stages: [],
    routes: [{ key: 'GET /', authorization: { type: 'NONE' }, answers: false }],
  });
});

test('an API that is deleted takes all that belongs to it along, and nothing else', () => {
  const table = new GatewayTable(state);
  for (const id of ['a', 'b']) {
    table.put(id, ['apis', id, resource(id, id)]);
    table.put(id, ['routes', 'r1', ROUTE]);
  }
  expect(table.delete('a', 'apis', 'a')).toBe(true);
  expect([
    table.apis().map(({ apiId }) => apiId),
    table.list('a', 'routes'),
    table.list('b', 'routes'),
  ]).toEqual([['b'], [], [ROUTE]]);
});

test('an API of the project comes before one of the same name that was made; an id before any name', () => {
  const table = new GatewayTable(state);
  const apis = new GatewayApis({ configured: [httpApi([routeTo('GET /')])], table });
  expect(apis.find('shop')?.definition.id).toBe('shopapi123');
  table.put('made', ['apis', 'made', resource('made', 'Shop')]);
  expect([apis.find('shop')?.definition.id, apis.find('made')?.definition.id]).toEqual([
    'shopapi123',
    'made',
  ]);
});

test('a change is in force at the next request, also where the API was asked for by its name', () => {
  const table = new GatewayTable(state);
  const apis = new GatewayApis({ configured: [], table });
  table.put('a', ['apis', 'a', resource('a', 'Shop')]);
  expect(apis.find('shop')?.routes.find('GET', '/')).toBeUndefined();
  table.put('a', ['routes', 'r1', ROUTE]);
  expect(apis.find('shop')?.routes.find('GET', '/')?.route.key).toBe('GET /');
  table.delete('a', 'apis', 'a');
  expect(apis.find('shop')).toBeUndefined();
});

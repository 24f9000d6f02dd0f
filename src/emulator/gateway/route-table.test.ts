import fc from 'fast-check';
import { expect, test } from 'vitest';
import { routeTo } from './gateway.test-support.ts';
import { RouteTable } from './route-table.ts';

function http(...keys: readonly string[]): RouteTable {
  return new RouteTable(
    keys.map((key) => routeTo(key)),
    'HTTP',
  );
}

function rest(...keys: readonly string[]): RouteTable {
  return new RouteTable(
    keys.map((key) => routeTo(key)),
    'REST',
  );
}

/** The key of the route, and the variables of the path. */
function found(table: RouteTable, method: string, path: string): unknown {
  const match = table.find(method, path);
  return match && [match.route.key, match.pathParameters];
}

const PETS = http('GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}', '$default');

test.each([
  ['GET', '/pets/dog/1', 'GET /pets/dog/1', {}],
  ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
  ['GET', '/pets/cat/2', 'GET /pets/{proxy+}', { proxy: 'cat/2' }],
  ['POST', '/test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
  ['POST', '/pets/dog/1', 'ANY /{proxy+}', { proxy: 'pets/dog/1' }],
  ['GET', '/', '$default', {}],
])('%s %s of the documentation’s example goes to %s', (method, path, key, parameters) => {
  expect(found(PETS, method, path)).toEqual([key, parameters]);
});

test('a method of its own counts before ANY', () => {
  const table = http('ANY /orders', 'PUT /orders');
  expect(found(table, 'PUT', '/orders')).toEqual(['PUT /orders', {}]);
  expect(found(table, 'GET', '/orders')).toEqual(['ANY /orders', {}]);
});

test('ANY is the seven methods of AWS; any other is for no route, and of an HTTP API for $default', () => {
  for (const method of ['PROPFIND', 'PURGE']) {
    expect(found(http('ANY /orders'), method, '/orders')).toBeUndefined();
    expect(found(rest('ANY /orders', 'GET /{proxy+}'), method, '/orders')).toBeUndefined();
    expect(found(PETS, method, '/pets/dog/1')).toEqual(['$default', {}]);
  }
});

test('an HTTP API looks further where the path fits and the method does not; a REST API does not', () => {
  const keys = ['POST /orders/{id}', 'GET /{proxy+}'];
  expect(found(http(...keys), 'GET', '/orders/1')).toEqual(['GET /{proxy+}', { proxy: 'orders/1' }]);
  expect(found(rest(...keys), 'GET', '/orders/1')).toBeUndefined();
  expect(found(rest(...keys), 'GET', '/others/1')).toEqual(['GET /{proxy+}', { proxy: 'others/1' }]);
});

test('a slash at the end is another path to an HTTP API, and none to a REST API', () => {
  expect(found(http('GET /orders'), 'GET', '/orders/')).toBeUndefined();
  expect(found(rest('GET /orders'), 'GET', '/orders/')).toEqual(['GET /orders', {}]);
  expect(found(rest('GET /'), 'GET', '/')).toEqual(['GET /', {}]);
});

test('a variable has one segment, decoded, and is never empty', () => {
  const table = http('GET /orders/{id}/lines/{line}');
  expect(found(table, 'GET', '/orders/a%2Fb%20c/lines/7')).toEqual([
    'GET /orders/{id}/lines/{line}',
    { id: 'a/b c', line: '7' },
  ]);
  expect(found(table, 'GET', '/orders//lines/7')).toBeUndefined();
  expect(found(table, 'GET', '/orders/a/b/lines/7')).toBeUndefined();
});

test('a REST API gives its variables as they are on the wire', () => {
  expect(found(rest('GET /orders/{id}/{rest+}'), 'GET', '/orders/a%20b/c%2Fd/%zz')).toEqual([
    'GET /orders/{id}/{rest+}',
    { id: 'a%20b', rest: 'c%2Fd/%zz' },
  ]);
});

test('a value that cannot be decoded is no value', () => {
  expect(found(http('GET /orders/{id}'), 'GET', '/orders/%zz')).toBeUndefined();
});

test('variables of one place may have other names in other routes', () => {
  const table = http('GET /orders/{id}', 'GET /orders/{orderId}/lines');
  expect(found(table, 'GET', '/orders/1')).toEqual(['GET /orders/{id}', { id: '1' }]);
  expect(found(table, 'GET', '/orders/1/lines')).toEqual(['GET /orders/{orderId}/lines', { orderId: '1' }]);
});

test('what is put into a path comes out of it', () => {
  const table = http('GET /a/{first}/{second}');
  const value = fc.string({ minLength: 1, unit: 'grapheme' });
  fc.assert(
    fc.property(value, value, (first, second) => {
      const path = `/a/${encodeURIComponent(first)}/${encodeURIComponent(second)}`;
      expect(table.find('GET', path)?.pathParameters).toEqual({ first, second });
    }),
  );
});

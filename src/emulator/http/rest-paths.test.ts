import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApiOperation } from './api-operation.ts';
import { RestPaths } from './rest-paths.ts';

function operation(name: string, method: 'GET' | 'POST', path: string): ApiOperation {
  return { name, route: { method, path }, support: 'supported', handle: () => ({}) };
}

const paths = new RestPaths([
  operation('GetFunction', 'GET', '/2015-03-31/functions/{FunctionName}'),
  operation('GetAccount', 'GET', '/2015-03-31/functions/account'),
  operation('ListVersions', 'GET', '/2015-03-31/functions/{FunctionName}/versions'),
  operation('CreateFunction', 'POST', '/2015-03-31/functions'),
  operation('ListTags', 'GET', '/2017-03-31/tags/{ARN}'),
]);

test.each([
  ['GET', '/2015-03-31/functions/orders', 'GetFunction', { FunctionName: 'orders' }],
  ['GET', '/2015-03-31/functions/account', 'GetAccount', {}],
  ['GET', '/2015-03-31/functions/orders/versions/', 'ListVersions', { FunctionName: 'orders' }],
  ['POST', '/2015-03-31/functions/', 'CreateFunction', {}],
  ['GET', '/2017-03-31/tags/arn%3Aaws%3Alambda%2Fx', 'ListTags', { ARN: 'arn:aws:lambda/x' }],
])('%s %s is %s', (method, path, name, variables) => {
  const match = paths.find(method, path);
  expect([match?.operation.name, match?.path]).toEqual([name, variables]);
});

test.each([
  ['POST', '/2015-03-31/functions/orders'],
  ['GET', '/2015-03-31/functions'],
  ['GET', '/2015-03-31/functions//versions'],
  ['GET', '/2015-03-31/functions/%zz'],
  ['GET', '/2015-03-31/functions/a/b/c'],
  ['GET', '/'],
])('%s %s is none of them', (method, path) => {
  expect(paths.find(method, path)).toBeUndefined();
});

test('whatever stands in a variable comes back as it was', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), (name) => {
      fc.pre(name.isWellFormed() && encodeURIComponent(name) !== 'account');
      const path = `/2015-03-31/functions/${encodeURIComponent(name)}`;
      expect(paths.find('GET', path)?.path).toEqual({ FunctionName: name });
    }),
  );
});

test('two operations at one place are a mistake', () => {
  const one = operation('One', 'GET', '/a/{x}');
  expect(() => new RestPaths([one, operation('Other', 'GET', '/a/{y}')])).toThrow(
    'Other and One are both at GET /a/{y}',
  );
});

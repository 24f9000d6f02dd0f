import { expect, test } from 'vitest';
import { checkScope, parseFunctionName } from './function-name.ts';

const scope = { region: 'us-east-1', account: '000000000000' };
const arn = 'arn:aws:lambda:us-east-1:000000000000:function:orders';

test.each([
  ['orders', undefined, { name: 'orders', qualifier: undefined }],
  ['orders:$LATEST', undefined, { name: 'orders', qualifier: '$LATEST' }],
  ['orders', '3', { name: 'orders', qualifier: '3' }],
  ['orders:3', '3', { name: 'orders', qualifier: '3' }],
  [
    '000000000000:function:orders',
    undefined,
    { name: 'orders', qualifier: undefined, account: '000000000000' },
  ],
  ['000000000000:orders', undefined, { name: 'orders', qualifier: undefined, account: '000000000000' }],
  ['000000000000:orders:3', undefined, { name: 'orders', qualifier: '3', account: '000000000000' }],
  ['function:orders', undefined, { name: 'orders', qualifier: undefined }],
  [arn, undefined, { name: 'orders', qualifier: undefined, ...scope }],
  [`${arn}:live`, undefined, { name: 'orders', qualifier: 'live', ...scope }],
])('%s with the qualifier %s is understood', (text, qualifier, reference) => {
  expect(parseFunctionName(text, qualifier)).toEqual(reference);
});

test.each([
  '',
  'a b',
  'arn:aws:lambda:us-east-1:1:function:x',
  'arn:aws:lambda:us-east-1:000000000000:layer:x',
  '../x',
  'x'.repeat(65),
])('%j is a validation error', (text) => {
  expect(() => parseFunctionName(text)).toThrow(
    expect.objectContaining({ statusCode: 400, type: 'ValidationException' }),
  );
});

test('two different qualifiers are refused', () => {
  expect(() => parseFunctionName('orders:1', '2')).toThrow(
    expect.objectContaining({ statusCode: 400, type: 'InvalidParameterValueException' }),
  );
});

test.each([[['$LATEST', 'x']], [''], ['a b'], [{ x: '1' }]])('a qualifier %j is refused', (qualifier) => {
  expect(() => parseFunctionName('orders', qualifier)).toThrow("at 'qualifier' failed to satisfy constraint");
});

test('functions of the own region and account, and names without either, are within reach', () => {
  for (const text of ['orders', arn, '000000000000:function:orders'])
    checkScope(parseFunctionName(text), scope);
});

test.each([
  [
    'arn:aws:lambda:eu-west-1:000000000000:function:orders',
    "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
  ],
  [
    '111111111111:function:orders',
    'Function not found: arn:aws:lambda:us-east-1:111111111111:function:orders',
  ],
])('%s is not found here', (text, message) => {
  expect(() => checkScope(parseFunctionName(text), scope)).toThrow(
    expect.objectContaining({ statusCode: 404, body: { Message: message, Type: 'User' } }),
  );
});

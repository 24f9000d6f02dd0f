import { Stack } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { contextApp, ENDPOINT, orders, readStack } from './live-app.test-support.ts';
import { LiveLambda } from './live-lambda.ts';
import { readSelection } from './selection.ts';

describe('the context llx', () => {
  test.each([
    [undefined, undefined],
    [false, undefined],
    ['false', undefined],
    ['', undefined],
    [' , ', undefined],
    [true, { fromContext: undefined, fromProps: undefined }],
    ['true', { fromContext: undefined, fromProps: undefined }],
    ['Orders*, Billing', { fromContext: ['Orders*', 'Billing'], fromProps: undefined }],
  ])('%j is read as %j', (context, selection) => {
    expect(readSelection(context, undefined)).toEqual(selection);
  });
});

/** Of `Shop/Orders`, named shop-orders, and `Mail/Orders`: the stacks whose function is live. */
function liveIn(context: string, functions?: readonly string[]): readonly string[] {
  const app = contextApp(context);
  LiveLambda.enable(app, { iotEndpoint: ENDPOINT, ...(functions === undefined ? {} : { functions }) });
  orders(new Stack(app, 'Shop'), { functionName: 'shop-orders' });
  orders(new Stack(app, 'Mail'));
  return ['Shop', 'Mail'].filter(
    (stack) => readStack(app, stack).resources('AWS::Lambda::LayerVersion').length === 1,
  );
}

test.each([
  ['true', undefined, ['Shop', 'Mail']],
  ['Orders', undefined, ['Shop', 'Mail']],
  ['Shop/*', undefined, ['Shop']],
  ['Mail/Order?', undefined, ['Mail']],
  ['shop-*', undefined, ['Shop']],
  ['true', ['Mail/*'], ['Mail']],
  ['Orders', ['Mail/*'], ['Mail']],
])('with -c llx=%s and functions %j, those of %j are live', (context, functions, stacks) => {
  expect(liveIn(context, functions)).toEqual(stacks);
});

test('a glob of the context that no function fits is an error', () => {
  expect(() => liveIn('Shop/*,Ordres')).toThrow('-c llx: no function fits Ordres by its path, id or name');
});

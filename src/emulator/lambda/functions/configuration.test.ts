import { describe, expect, test } from 'vitest';
import { ORDERS_ARN, ordersRegistry } from '../lambda.test-support.ts';
import { configuredConfiguration } from './configuration.ts';

function shownOf(runtime: string, stubbed: boolean): unknown[] {
  const deployed = ordersRegistry({ stubbed }).configured('orders');
  if (deployed === undefined) return expect.fail('expected the function orders');
  const spec = { ...deployed.spec, runtime, environment: { STAGE: 'test' } };
  const { Runtime, Handler, Environment } = configuredConfiguration(
    { ...deployed, spec },
    ORDERS_ARN,
    'role',
  );
  return [Runtime, Handler, Environment];
}

describe('the configuration of a configured function', () => {
  const own = { Variables: { STAGE: 'test' } };

  test('has the stub’s handler in front of its own where a stub is deployed with it', () => {
    const withOwn = { Variables: { STAGE: 'test', LLX_HANDLER: 'orders.handler' } };
    expect(shownOf('nodejs24.x', true)).toEqual(['nodejs24.x', '/opt/llx/index.handler', withOwn]);
    expect(shownOf('nodejs24.x', false)).toEqual(['nodejs24.x', 'orders.handler', own]);
  });

  test.each(['python3.13', 'provided.al2023'])(
    'has its own in %s, which the stub’s layer is not for',
    (runtime) => {
      expect(shownOf(runtime, true)).toEqual([runtime, 'orders.handler', own]);
    },
  );
});

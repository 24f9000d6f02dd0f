import { expect, test } from 'vitest';
import { FunctionRegistry, type ResolvedFunction } from './function-registry.ts';
import { ordersRegistry } from './lambda.test-support.ts';

const SCOPE = { region: 'us-east-1', account: '000000000000' };
const ORDERS = { name: 'orders', qualifier: undefined };
const DEPLOYED = { name: 'deployed', qualifier: 'live' };

/** A function as the API deployed it, by its alias. */
function deployed(registry: FunctionRegistry): ResolvedFunction {
  const { deployed } = ordersRegistry({ stubbed: false }).resolve(ORDERS);
  return { deployed, invokedArn: registry.arnOf(DEPLOYED), version: '3' };
}

/** Knows `orders` by its configuration, and what is loaded by need. */
function registryWith(load: (registry: FunctionRegistry) => Promise<void>): FunctionRegistry {
  const registry = new FunctionRegistry(SCOPE, () => load(registry));
  registry.add(ordersRegistry({ stubbed: false }).resolve(ORDERS).deployed);
  return registry;
}

test('a function of the configuration is found at once, and nothing is loaded', () => {
  const registry = registryWith(() => expect.fail('nothing is to be loaded'));
  expect(registry.find(ORDERS)).toMatchObject({ version: '$LATEST', invokedArn: registry.arnOf(ORDERS) });
});

test('any other is waited for until the rest is loaded, once', async () => {
  let loads = 0;
  const registry = registryWith(async (own) => {
    loads += 1;
    await Promise.resolve();
    const found = deployed(own);
    own.attach({
      resolve: ({ name, qualifier }) => (`${name}:${qualifier}` === 'deployed:live' ? found : undefined),
    });
  });
  const found = registry.find(DEPLOYED);
  expect(found).toBeInstanceOf(Promise);
  expect(await found).toMatchObject({ version: '3' });
  expect(registry.find(DEPLOYED)).toMatchObject({ version: '3' });
  expect(() => registry.find({ name: 'deployed', qualifier: 'other' })).toThrow(
    'Function not found: arn:aws:lambda:us-east-1:000000000000:function:deployed:other',
  );
  expect(loads).toBe(1);
});

test('a name of the configuration is the configuration’s, and has no versions', async () => {
  const registry = registryWith(() => Promise.resolve());
  registry.attach({ resolve: () => expect.fail('the configuration comes first') });
  expect(registry.find(ORDERS)).toMatchObject({ version: '$LATEST' });
  expect(() => registry.find({ name: 'orders', qualifier: '1' })).toThrow('Function not found');
});

test('without anything else to load, what the configuration does not know is not found', () => {
  const registry = new FunctionRegistry(SCOPE);
  expect(() => registry.find(ORDERS)).toThrow(
    expect.objectContaining({
      statusCode: 404,
      body: {
        Message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST',
        Type: 'User',
      },
    }),
  );
});

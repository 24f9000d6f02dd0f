import { expect, test } from 'vitest';
import type { DeployedConfiguration } from './aws-access.ts';
import { DeployedFunctions } from './deployed-functions.ts';

const orders: DeployedConfiguration = {
  arn: 'arn:orders',
  roleArn: 'arn:role',
  timeoutSeconds: 3,
  memoryMb: 128,
  environment: {},
  layers: [],
};

test('several workers that start at once ask Lambda once, later ones ask again', async () => {
  let now = 0;
  let asked = 0;
  const deployed = new DeployedFunctions(
    {
      functionConfiguration: async () => {
        asked += 1;
        return orders;
      },
    },
    () => now,
  );
  expect(await Promise.all([deployed.of('arn:orders'), deployed.of('arn:orders')])).toEqual([orders, orders]);
  expect(asked).toBe(1);
  now = 60_000;
  await deployed.of('arn:orders');
  expect(asked).toBe(2);
});

test('a failure is told to whoever asked, and the next one asks again', async () => {
  const answers = [Promise.reject(new Error('denied')), Promise.resolve(orders)];
  const deployed = new DeployedFunctions({
    functionConfiguration: () => answers.shift() ?? Promise.reject(new Error('asked too often')),
  });
  await expect(deployed.of('arn:orders')).rejects.toThrow('denied');
  expect(await deployed.of('arn:orders')).toEqual(orders);
});

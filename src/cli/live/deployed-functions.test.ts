import { expect, test } from 'vitest';
import type { DeployedConfiguration } from './aws-access.ts';
import { DeployedFunctions } from './deployed-functions.ts';

const deployed = (memoryMb: number): DeployedConfiguration => ({
  arn: 'arn:orders',
  roleArn: 'arn:role',
  timeoutSeconds: 3,
  memoryMb,
  environment: {},
  layers: [],
});

/** Lambda, whose answers can be told apart, and a clock. */
function setup(...failing: readonly number[]) {
  const clock = { now: 0 };
  const asked: string[] = [];
  const functions = new DeployedFunctions(
    {
      functionConfiguration: async (name) => {
        asked.push(name);
        if (failing.includes(asked.length)) throw new Error('denied');
        return deployed(asked.length);
      },
    },
    () => clock.now,
  );
  return { functions, asked, clock };
}

test('several workers that start at once ask Lambda once', async () => {
  const { functions, asked } = setup();
  const answers = await Promise.all([functions.of('arn:orders'), functions.of('arn:orders')]);
  expect(answers).toEqual([deployed(1), deployed(1)]);
  expect(asked).toEqual(['arn:orders']);
});

test('a reload gets the old answer at once, and the next one what was asked for meanwhile', async () => {
  const { functions, clock } = setup();
  await functions.of('arn:orders');
  clock.now = 60_000;
  expect(await functions.of('arn:orders')).toEqual(deployed(1));
  expect(await functions.of('arn:orders')).toEqual(deployed(2));
});

test('an answer outlives a renewal that fails', async () => {
  const { functions, asked, clock } = setup(2);
  await functions.of('arn:orders');
  clock.now = 60_000;
  await functions.of('arn:orders');
  expect(await functions.of('arn:orders')).toEqual(deployed(1));
  clock.now = 120_000;
  await functions.of('arn:orders');
  expect(await functions.of('arn:orders')).toEqual(deployed(3));
  expect(asked).toHaveLength(3);
});

test('a first failure is told to whoever asked, and the next one asks again', async () => {
  const { functions } = setup(1);
  await expect(functions.of('arn:orders')).rejects.toThrow('denied');
  expect(await functions.of('arn:orders')).toEqual(deployed(2));
});

test('all functions are asked for ahead, a few at a time, whatever fails', async () => {
  const { functions, asked } = setup(2);
  const arns = Array.from({ length: 20 }, (_, n) => `arn:${n}`);
  await functions.prefetch(arns);
  expect(asked).toEqual(arns);
  expect(await functions.of('arn:0')).toEqual(deployed(1));
  expect(asked).toHaveLength(20);
});

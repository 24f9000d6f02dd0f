import { expect, test } from 'vitest';
import type { Fixture } from '../fixtures/fixture.ts';
import { casesOf } from './smoke-case.ts';

function fixture(name: string, functionName?: string): Fixture {
  return {
    name,
    file: `/project/${name}.json`,
    event: {},
    ...(functionName === undefined ? {} : { functionName }),
  };
}

const functions = [{ name: 'orders' }, { name: 'orders-queue' }, { name: 'hello' }];

test('a fixture is a case of the function that its folder names', () => {
  const create = fixture('orders/create');
  expect(casesOf([create], functions)).toEqual([
    { name: 'orders/create', file: '/project/orders/create.json', functionName: 'orders', fixture: create },
  ]);
});

test('a fixture for several functions is a case of each', () => {
  const both = fixture('any/event', 'orders*');
  expect(casesOf([both], functions)).toEqual([
    { name: 'any/event', file: '/project/any/event.json', functionName: 'orders', fixture: both },
    { name: 'any/event', file: '/project/any/event.json', functionName: 'orders-queue', fixture: both },
  ]);
});

test('a fixture that no function fits, and a file that is no fixture, are cases that cannot be run', () => {
  const invalid = { name: 'orders/bad', file: '/project/orders/bad.json', problem: 'Expected JSON.' };
  expect(casesOf([fixture('x/none'), fixture('x/other', 'payments*'), invalid], functions)).toEqual([
    {
      name: 'x/none',
      file: '/project/x/none.json',
      problem:
        'Expected a function called as the first folder of x/none, or "function" in the file, found none. There are: orders, orders-queue, hello.',
    },
    {
      name: 'x/other',
      file: '/project/x/other.json',
      problem:
        'Expected a function that "payments*" fits, found none. There are: orders, orders-queue, hello.',
    },
    invalid,
  ]);
});

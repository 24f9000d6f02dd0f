import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { selectCases, shardOf } from './select-cases.ts';
import type { SmokeCase } from './smoke-case.ts';

function caseOf(name: string, functionName: string): SmokeCase {
  const file = `/project/fixtures/events/${name}.json`;
  return { name, file, functionName, fixture: { name, file, event: {} } };
}

const broken: SmokeCase = {
  name: 'orders/bad',
  file: '/project/fixtures/events/orders/bad.json',
  problem: 'Expected JSON.',
};
const cases = [
  caseOf('hello/get', 'hello'),
  broken,
  caseOf('orders/create', 'Shop-Orders'),
  caseOf('orders/create-twice', 'Shop-Orders'),
  caseOf('orders-queue/batch', 'Shop-Queue'),
];

function selected(...patterns: readonly string[]): readonly string[] {
  return selectCases(cases, patterns, '/project').cases.map(({ name }) => name);
}

describe('which cases a pattern fits', () => {
  test.each([
    ['the name of a fixture', 'orders/create', ['orders/create']],
    ['the name of its file', 'orders/create.json', ['orders/create']],
    ['a folder', 'orders', ['orders/bad', 'orders/create', 'orders/create-twice']],
    ['a folder with a slash', 'orders/', ['orders/bad', 'orders/create', 'orders/create-twice']],
    ['anything', '*/create*', ['orders/create', 'orders/create-twice']],
    ['a function', 'Shop-Queue', ['orders-queue/batch']],
    ['some functions', 'Shop-*', ['orders/create', 'orders/create-twice', 'orders-queue/batch']],
    ['a path', 'fixtures/events/orders/create.json', ['orders/create']],
    ['a path from elsewhere', '../project/fixtures/events/hello', ['hello/get']],
    ['an absolute path', '/project/fixtures/events/hello/get.json', ['hello/get']],
    ['nothing', 'order', []],
    ['nothing, as a variable that is not set', '', []],
  ])('%s', (_what, pattern, names) => {
    expect(selected(pattern)).toEqual(names);
  });

  test('no pattern means all of them, in order, and several mean what any of them fits', () => {
    expect(selected()).toEqual(cases.map(({ name }) => name));
    expect(selected('orders-queue', 'hello/*')).toEqual(['hello/get', 'orders-queue/batch']);
  });

  test('a pattern that fits nothing is told, whatever the others fit', () => {
    expect(selectCases(cases, ['hello', 'helo', 'x/*'], '/project').unmatched).toEqual(['helo', 'x/*']);
  });
});

test('the parts of any cases hold each of them once, in order, and differ by one at most', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.integer({ min: 1, max: 20 }), (length, count) => {
      const all = Array.from({ length }, (_, index) => caseOf(`orders/${index}`, 'orders'));
      const parts = Array.from({ length: count }, (_, index) => shardOf(all, { index: index + 1, count }));
      const sizes = parts.map((part) => part.length);
      expect(parts.flat()).toEqual(all);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});

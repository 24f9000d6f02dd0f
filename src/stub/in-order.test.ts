import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InOrder } from './in-order.ts';

test('whatever the order and the duplicates, every piece comes out once and in order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }).chain((count) => {
        const numbers = [...Array(count).keys()];
        return fc.shuffledSubarray([...numbers, ...numbers], { minLength: count * 2, maxLength: count * 2 });
      }),
      (arrivals) => {
        const order = new InOrder<number>(100);
        const out = arrivals.flatMap((number) => order.accept(number, number) ?? []);
        expect(out).toEqual([...new Set(arrivals)].sort((a, b) => a - b));
        expect(order.gap).toBeUndefined();
      },
    ),
  );
});

test('it says which piece the others wait for', () => {
  const order = new InOrder<string>(10);
  order.accept(2, 'c');
  expect(order.gap).toBe(0);
  order.accept(0, 'a');
  expect(order.gap).toBe(1);
});

test('a piece too far ahead is not kept', () => {
  const order = new InOrder<string>(4);
  expect(order.accept(4, 'far')).toBeUndefined();
  expect(order.accept(3, 'near')).toEqual([]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { END, type Move, moved, settled, TOP } from './scroll.ts';

const MOVES: readonly Move[] = [
  'move.down',
  'move.up',
  'move.halfDown',
  'move.halfUp',
  'move.pageDown',
  'move.pageUp',
  'move.first',
  'move.last',
];

test('whatever keys are pressed, the chosen row is on the screen and no row below the last one is', () => {
  const sizes = fc.record({ count: fc.nat(300), page: fc.integer({ min: 1, max: 60 }) });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...MOVES), sizes)), sizes, (keys, last) => {
      let scroll = TOP;
      for (const [move, size] of keys)
        scroll = moved(scroll, move, { ...size, follow: size.count % 2 === 0 });
      const { row, first } = settled(scroll, last.count, last.page);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(row).toBeGreaterThanOrEqual(first);
      expect(row).toBeLessThan(first + last.page);
      expect(first).toBeLessThanOrEqual(Math.max(0, last.count - last.page));
      expect(row).toBeLessThanOrEqual(Math.max(0, last.count - 1));
    }),
  );
});

test('settling twice is settling once', () => {
  fc.assert(
    fc.property(
      fc.nat(500),
      fc.nat(500),
      fc.nat(300),
      fc.integer({ min: 1, max: 60 }),
      (row, first, count, page) => {
        const once = settled({ row, first }, count, page);
        expect(settled(once, count, page)).toEqual(once);
      },
    ),
  );
});

test('at the end, what comes is followed until a key leads away from it', () => {
  const atEnd = moved(TOP, 'move.last', { count: 10, page: 4, follow: true });
  expect(atEnd).toEqual(END);
  expect(settled(atEnd, 20, 4)).toEqual({ row: 19, first: 16 });
  expect(moved(atEnd, 'move.up', { count: 20, page: 4, follow: true })).toEqual({ row: 18, first: 16 });
});

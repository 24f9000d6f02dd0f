import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReplayWindow } from './replay-window.ts';

const STUB = new Uint8Array(32).fill(1);
const OTHER = new Uint8Array(32).fill(2);

test('a number counts once, in whatever order numbers come', () => {
  const window = new ReplayWindow();
  expect([3, 1, 2, 1, 3, 4, 2].map((number) => window.accept(STUB, number))).toEqual([
    true,
    true,
    true,
    false,
    false,
    true,
    false,
  ]);
});

test('stubs have numbers of their own', () => {
  const window = new ReplayWindow();
  expect(window.accept(STUB, 1)).toBe(true);
  expect(window.accept(OTHER, 1)).toBe(true);
});

test('a number 1024 below the highest counts as used, the next one does not', () => {
  const window = new ReplayWindow();
  window.accept(STUB, 5000);
  expect(window.accept(STUB, 5000 - 1024)).toBe(false);
  expect(window.accept(STUB, 5000 - 1023)).toBe(true);
});

test('the highest number of a frame can be used', () => {
  const window = new ReplayWindow();
  const highest = 2 ** 32 - 1;
  expect([highest, highest, highest - 1, 0].map((number) => window.accept(STUB, number))).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

test('it agrees with a list of every number that was used', () => {
  // Steps of all sizes: inside the window, at its edges, and far beyond it.
  const numbers = fc.array(fc.oneof(fc.nat(40), fc.nat(2100), fc.nat(2 ** 32 - 1)), { maxLength: 300 });
  fc.assert(
    fc.property(numbers, (sequence) => {
      const window = new ReplayWindow();
      const used = new Set<number>();
      let highest = -1;
      for (const number of sequence) {
        const expected = number > highest - 1024 && !used.has(number);
        expect(window.accept(STUB, number)).toBe(expected);
        used.add(number);
        highest = Math.max(highest, number);
      }
    }),
  );
});

test('the stub that was quiet for longest is forgotten first', () => {
  const window = new ReplayWindow(2);
  window.accept(STUB, 1);
  window.accept(OTHER, 1);
  window.accept(STUB, 2);
  window.accept(new Uint8Array(32).fill(3), 1); // OTHER goes
  expect(window.accept(STUB, 1)).toBe(false);
  expect(window.accept(OTHER, 1)).toBe(true);
});

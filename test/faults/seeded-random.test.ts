import { expect, test } from 'vitest';
import { chooseSeed, SeededRandom } from './seeded-random.ts';

const draw = (random: SeededRandom, count: number): number[] =>
  Array.from({ length: count }, () => random.integer(0, 999));

test('the same seed gives the same numbers, another one others', () => {
  expect(draw(new SeededRandom(7), 20)).toEqual(draw(new SeededRandom(7), 20));
  expect(draw(new SeededRandom(7), 20)).not.toEqual(draw(new SeededRandom(8), 20));
});

test('numbers are spread evenly over their range, its ends included', () => {
  const random = new SeededRandom(1);
  const counts = new Map<number, number>();
  for (let n = 0; n < 6_000; n++) {
    const value = random.integer(1, 6);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});

test('a fork depends on the seed and its name, not on what was drawn before it', () => {
  const drawn = new SeededRandom(7);
  draw(drawn, 5);
  expect(draw(drawn.fork('line 1'), 5)).toEqual(draw(new SeededRandom(7).fork('line 1'), 5));
  expect(draw(drawn.fork('line 1'), 5)).not.toEqual(draw(drawn.fork('line 2'), 5));
});

test('a seed is taken from the environment in either notation, and is new where there is none', () => {
  expect(chooseSeed('0x1890af25')).toBe(0x1890af25);
  expect(chooseSeed('12')).toBe(12);
  expect(chooseSeed(undefined, () => 0.5)).toBe(2 ** 31);
  expect(() => chooseSeed('twelve')).toThrow(
    'Expected LLX_FAULTS_SEED to be a number of 32 bits, found "twelve".',
  );
});

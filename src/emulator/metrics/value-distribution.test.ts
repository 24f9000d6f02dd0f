import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ValueDistribution } from './value-distribution.ts';

const magnitudes = fc.double({ min: 1e-6, max: 1e12, noNaN: true });
const anyValues = fc.array(
  fc.oneof(
    magnitudes,
    magnitudes.map((value) => -value),
    fc.constant(0),
  ),
  {
    minLength: 1,
    maxLength: 200,
  },
);

function of(values: readonly number[]): ValueDistribution {
  const distribution = new ValueDistribution();
  for (const value of values) distribution.add(value);
  return distribution;
}

it('percentiles are within 2 % of the value at their rank', () => {
  fc.assert(
    fc.property(anyValues, fc.double({ min: 0, max: 100, noNaN: true }), (values, percent) => {
      const sorted = values.toSorted((a, b) => a - b);
      const exact = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
      const found = of(values).percentile(percent) ?? Number.NaN;
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(Math.abs(exact) * 0.02);
    }),
  );
});

it('two distributions that are merged, or one that was kept in a table, are as if all values were added to one', () => {
  fc.assert(
    fc.property(anyValues, anyValues, (first, second) => {
      const merged = ValueDistribution.fromRow(of(first).toRow()).merge(of(second));
      const all = of([...first, ...second]);
      expect([merged.count, merged.minimum, merged.maximum]).toEqual([all.count, all.minimum, all.maximum]);
      expect(merged.sum).toBeCloseTo(all.sum, -6);
      for (const percent of [0, 50, 99, 100]) {
        expect(merged.percentile(percent)).toBe(all.percentile(percent));
      }
    }),
  );
});

it('a summary has no percentiles, and no values have none', () => {
  const summary = { count: 3, sum: 30, minimum: 5, maximum: 15 };
  expect(new ValueDistribution().addSummary(summary).percentile(50)).toBeUndefined();
  expect(of([1]).addSummary(summary).percentile(50)).toBeUndefined();
  expect(new ValueDistribution().percentile(50)).toBeUndefined();
});

it('its memory does not grow with the number of values', () => {
  const distribution = new ValueDistribution();
  for (let index = 1; index <= 200_000; index += 1) distribution.add((index * 7919) % 1_000_003);
  expect(JSON.parse(distribution.toRow().buckets).length).toBeLessThan(800);
});

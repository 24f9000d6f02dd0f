import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMetricMath, type Series } from './metric-math.ts';

const SERIES: Readonly<Record<string, Series>> = {
  errors: new Map([
    [0, 1],
    [60, 4],
  ]),
  calls: new Map([
    [0, 4],
    [60, 8],
    [120, 2],
    [180, 0],
  ]),
  none: new Map(),
};

function evaluated(expression: string): [number, number][] {
  return [...parseMetricMath(expression)({ series: (id) => SERIES[id] ?? new Map(), spend: () => {} })];
}

describe('an expression', () => {
  it.each<[string, [number, number][]]>([
    [
      'errors / calls',
      [
        [0, 0.25],
        [60, 0.5],
      ],
    ],
    [
      '100 * (errors / calls)',
      [
        [0, 25],
        [60, 50],
      ],
    ],
    [
      '1 - errors/calls',
      [
        [0, 0.75],
        [60, 0.5],
      ],
    ],
    [
      'errors - -errors',
      [
        [0, 2],
        [60, 8],
      ],
    ],
    [
      'calls / calls',
      [
        [0, 1],
        [60, 1],
        [120, 1],
      ],
    ],
    [
      'errors ^ 2 + 1',
      [
        [0, 2],
        [60, 17],
      ],
    ],
    [
      'FILL(errors, 0) + calls',
      [
        [0, 5],
        [60, 12],
        [120, 2],
        [180, 0],
      ],
    ],
    [
      '8 / 4 / 2 * errors',
      [
        [0, 1],
        [60, 4],
      ],
    ],
    ['none + 1', []],
  ])('%s', (expression, expected) => {
    expect(evaluated(expression)).toEqual(expected);
  });

  it.each([
    ['errors /', 'InvalidParameterValueException: Error in expression: errors /'],
    ['(errors', 'InvalidParameterValueException: Error in expression: (errors'],
    ['errors calls', 'InvalidParameterValueException: Error in expression: errors calls'],
    ['1 + 2', 'InvalidParameterValueException: The expression 1 + 2 gives no time series.'],
    ["SEARCH('x')", "InvalidParameterValueException: Error in expression: SEARCH('x')"],
    [
      'RATE(errors)',
      "NotImplementedException: llx's emulator does not implement the function RATE of metric math",
    ],
  ])('%s is refused', (expression, expected) => {
    expect(() => evaluated(expression)).toThrow(expected);
  });

  it('tells of the points of each operation', () => {
    const spent: number[] = [];
    const spend = (points: number): void => void spent.push(points);
    parseMetricMath('FILL(errors, 0) + calls * (2 + 3)')({ series: (id) => SERIES[id] ?? new Map(), spend });
    expect(spent).toEqual([2, 4, 4]);
  });

  it('of numbers is what arithmetic says', () => {
    const expression = fc.letrec<{ expression: { text: string; value: number } }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 5 },
        fc.nat(100).map((value) => ({ text: String(value), value })),
        fc
          .tuple(tie('expression'), fc.constantFrom('+', '-', '*'), tie('expression'))
          .map(([left, sign, right]) => ({
            text: `(${left.text} ${sign} ${right.text})`,
            value:
              sign === '+'
                ? left.value + right.value
                : sign === '-'
                  ? left.value - right.value
                  : left.value * right.value,
          })),
      ),
    })).expression;
    fc.assert(
      fc.property(expression, ({ text, value }) => {
        expect(evaluated(`${text} + errors`)).toEqual([
          [0, value + 1],
          [60, value + 4],
        ]);
      }),
    );
  });
});

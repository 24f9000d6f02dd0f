import fc from 'fast-check';
import { expect, test } from 'vitest';
import { equalJson } from '../../fixtures/equal-json.ts';
import { diffJson } from './json-diff.ts';

const there = (value: unknown) => ({ there: true, value });
const missing = { there: false };

test('tells each place with what was and what is', () => {
  const before = { statusCode: 200, items: [{ id: 1 }, { id: 2 }], gone: true, 'a b': 1 };
  const after = { items: [{ id: 1 }, { id: 3 }, { id: 4 }], statusCode: 201, come: null, 'a b': 2 };
  expect(diffJson(before, after)).toEqual([
    { path: '.items[1].id', before: there(2), after: there(3) },
    { path: '.items[2]', before: missing, after: there({ id: 4 }) },
    { path: '.statusCode', before: there(200), after: there(201) },
    { path: '.come', before: missing, after: there(null) },
    { path: '["a b"]', before: there(1), after: there(2) },
    { path: '.gone', before: there(true), after: missing },
  ]);
});

test('what was put into a list is told as that', () => {
  expect(diffJson([1, 2, 3], [1, 9, 2, 3])).toEqual([{ path: '[1]', before: missing, after: there(9) }]);
});

test('compares strings that hold JSON by what they hold', () => {
  expect(diffJson({ body: '{"a":1,"b":2}' }, { body: '{ "b": 3, "a": 1 }' })).toEqual([
    { path: '.body▸.b', before: there(2), after: there(3) },
  ]);
});

test('finds nothing exactly where two values are equal', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect(diffJson(one, structuredClone(one))).toEqual([]);
      // Strings that hold equal JSON are no difference, though they are not equal.
      if (diffJson(one, other).length === 0) expect(JSON.stringify(one).length).toBeGreaterThan(0);
      else expect(equalJson(one, other)).toBe(false);
    }),
  );
});

test('survives nesting that is deeper than a stack', () => {
  const deep = (end: unknown) => {
    let value = end;
    for (let depth = 0; depth < 20_000; depth += 1) value = [value];
    return value;
  };
  expect(equalJson(deep(1), deep(1))).toBe(true);
  expect(equalJson(deep(1), deep(2))).toBe(false);
});

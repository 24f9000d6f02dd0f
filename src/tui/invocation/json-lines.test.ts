import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonLines } from './json-lines.ts';

test.each([['{"a":[1,{"b":"x, {y}: \\"z\\""}],"c":{},"d":[ ]}'], ['[]'], ['"text"']])(
  '%s is indented as JSON.stringify does it',
  (text) => {
    expect(jsonLines(text).join('\n').replace('[ ]', '[]')).toBe(JSON.stringify(JSON.parse(text), null, 2));
  },
);

test('numbers stay as they were written', () => {
  expect(jsonLines('{"id":12345678901234567890,"price":1.0}')).toEqual([
    '{',
    '  "id": 12345678901234567890,',
    '  "price": 1.0',
    '}',
  ]);
});

test('the first part of a text is indented like the whole', () => {
  expect(jsonLines('{"a":[1,"cut of')).toEqual(['{', '  "a": [', '    1,', '    "cut of']);
});

test('what is not JSON comes out in its own lines', () => {
  expect(jsonLines('<html>\r\n{"a"}')).toEqual(['<html>', '{"a"}']);
});

test('deep nesting does not make megabytes of spaces', () => {
  expect(jsonLines('['.repeat(10_000)).join('').length).toBeLessThan(10_000 * 60);
});

test('any JSON value says the same after it', () => {
  fc.assert(
    fc.property(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())), (value) => {
      expect(JSON.stringify(JSON.parse(jsonLines(JSON.stringify(value)).join('\n')))).toBe(
        JSON.stringify(value),
      );
    }),
  );
});

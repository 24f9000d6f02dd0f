import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseFilterPattern } from './filter-pattern.ts';

/** Which of the messages a pattern lets through. */
function matching(pattern: string, messages: readonly string[]): readonly string[] {
  return messages.filter(parseFilterPattern(pattern));
}

describe('terms', () => {
  const LINES = ['[ERROR] 500 in db', '[WARN] slow db', '[ERROR] 404 not found', 'error in lower case'];

  it.each([
    ['', LINES],
    ['ERROR', ['[ERROR] 500 in db', '[ERROR] 404 not found']],
    ['ERROR db', ['[ERROR] 500 in db']],
    ['"slow db"', ['[WARN] slow db']],
    ['"[ERROR] 404"', ['[ERROR] 404 not found']],
    ['ERROR -404', ['[ERROR] 500 in db']],
    ['?WARN ?404', ['[WARN] slow db', '[ERROR] 404 not found']],
    ['-ERROR', ['[WARN] slow db', 'error in lower case']],
    ['?WARN ?404 db', ['[ERROR] 500 in db', '[WARN] slow db']],
    ['%[45]0\\d%', ['[ERROR] 500 in db', '[ERROR] 404 not found']],
  ])('%s', (pattern, expected) => {
    expect(matching(pattern, LINES)).toEqual(expected);
  });
});

test('a line of a million brackets that nothing closes is one pass', () => {
  const line = '[ '.repeat(500_000);
  expect(matching('[one, two]', [line])).toEqual([]);
  expect(matching('[ip, ..., last = "x"]', [`1.2.3.4 "a b" [c d] ${line}x`])).toHaveLength(1);
});

test('a JSON line too deep to be written anew matches nothing, and stops nobody', () => {
  const line = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)},"b":1}`;
  expect(matching('{ $.a = 1 }', [line])).toEqual([]);
  expect(matching('{ $.b = 1 }', [line])).toHaveLength(1);
});

describe('JSON', () => {
  const LINES = [
    '{"level":"error","status":503,"user":{"id":null,"roles":["admin","dev"]},"ok":true}',
    '{"level":"info","status":200,"user":{"id":"u-17"},"items":[{"n":1},{"n":2}],"a.b":"dotted"}',
    '{"level":"error","status":"418"}',
    'no JSON: { $.level = "error" }',
    '{ broken',
  ];

  it.each([
    ['{ $.level = "error" }', [0, 2]],
    ['{ $.level = error }', [0, 2]],
    ['{ $.level != "error" }', [1]],
    ['{ $.level = "e*r" }', [0, 2]],
    ['{ $.status >= 418 }', [0, 2]],
    ['{ $.status = 2* }', [1]],
    ['{ $.status = 5.03e2 }', [0]],
    ['{ $.level = "error" && $.status < 500 }', [2]],
    ['{ ($.level = "error" && $.status < 500) || $.level = "info" }', [1, 2]],
    ['{ $.level = "info" || $.level = "error" && $.status = 503 }', [0, 1]],
    ['{ $.user.id IS NULL }', [0]],
    ['{ $.user.id NOT EXISTS }', [2]],
    ['{ $.user EXISTS }', [0, 1]],
    ['{ $.ok IS TRUE }', [0]],
    ['{ $.user.roles[0] = "admin" }', [0]],
    ['{ $.user.roles[*] = "dev" }', [0]],
    ['{ $.items[*].n > 1 }', [1]],
    ["{ $.['a.b'] = dotted }", [1]],
    ['{ $.user.id = %^u-\\d+$% }', [1]],
    ['{ $.nothing != 1 }', []],
  ])('%s', (pattern, expected) => {
    expect(matching(pattern, LINES)).toEqual(expected.map((index) => LINES[index]));
  });
});

describe('columns', () => {
  const LINES = [
    '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /apache_pb.gif HTTP/1.0" 200 1534',
    '127.0.0.1 - frank [10/Oct/2000:13:35:22 -0700] "GET /apache_pb.gif HTTP/1.0" 500 5324',
    '127.0.0.1 - anna [10/Oct/2000:13:50:35 -0700] "POST /login HTTP/1.0" 404 55',
    'three words only',
  ];

  it.each([
    ['[ip, id, user, timestamp, request, status_code, size]', [0, 1, 2]],
    ['[ip, id, user, timestamp, request, status_code = 4*, size]', [2]],
    ['[ip, id, user, timestamp, request, status_code = 4* || status_code = 5*, size > 100]', [1]],
    ['[ip, id, user, timestamp, request = *.gif*, status_code, size]', [0, 1]],
    ['[..., size > 1600]', [1]],
    ['[ip, ..., size < 1600]', [0, 2]],
    ['[ip, id, user != frank, ...]', [2, 3]],
    ['[a, b, c]', [3]],
  ])('%s', (pattern, expected) => {
    expect(matching(pattern, LINES)).toEqual(expected.map((index) => LINES[index]));
  });
});

it.each([
  ['"not closed', 'InvalidParameterException: Invalid filter pattern: unexpected ""not closed"'],
  ['{ $.a = ', 'InvalidParameterException: Invalid filter pattern: expected } at its end'],
  ['{ $.a = }', 'InvalidParameterException: Invalid filter pattern: it ends too early'],
  ['{ a = 1 }', 'InvalidParameterException: Invalid filter pattern: expected $.name, found a'],
  ['{ ($.a = 1 }', 'InvalidParameterException: Invalid filter pattern: a parenthesis is not closed'],
  ['{ $.a > text }', 'InvalidParameterException: Invalid filter pattern: > compares numbers, found text'],
  ['[a, ..., b, ...]', 'InvalidParameterException: Invalid filter pattern: more than one ...'],
  ['%(a+)+%', 'InvalidParameterException: Invalid filter pattern: unsupported regular expression %(a+)+%'],
])('%s is refused', (pattern, expected) => {
  expect(() => parseFilterPattern(pattern)).toThrow(expected);
});

it('whatever a pattern is, it is refused as a parameter or gives an answer for any message', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '$.a',
    '=',
    '!=',
    '>',
    '&&',
    '||',
    '(',
    ')',
    '"x"',
    '%a.%',
    '...',
    ',',
    'IS',
    'NOT',
    'EXISTS',
    '1',
    '*',
    '?',
    '-',
  );
  const pattern = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(' '));
  fc.assert(
    fc.property(pattern, fc.oneof(fc.string(), fc.json()), (text, message) => {
      try {
        expect(typeof parseFilterPattern(text)(message)).toBe('boolean');
      } catch (error) {
        expect(error).toMatchObject({ type: 'InvalidParameterException', statusCode: 400 });
      }
    }),
  );
});

it('a pattern of many stars takes no longer than the text is long', () => {
  const matches = parseFilterPattern(`{ $.a = "${'a*'.repeat(400)}b" }`);
  expect(matches(JSON.stringify({ a: 'a'.repeat(200_000) }))).toBe(false);
});

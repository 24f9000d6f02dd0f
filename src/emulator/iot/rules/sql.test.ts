import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateSql } from './sql-evaluation.ts';
import { parseSql } from './sql-parser.ts';
import { SqlError } from './sql-tokens.ts';

const DOCUMENT = {
  temperature: 31.5,
  text: '42',
  name: 'Ada',
  nothing: null,
  yes: true,
  list: [1, { deep: 'x' }],
  state: { reported: { on: false, level: 3 } },
  'first-name': 'A',
};

function run(sql: string, document: unknown = DOCUMENT): unknown {
  return evaluateSql(parseSql(sql), {
    topic: 'sensors/kitchen/data',
    payload: Buffer.from(JSON.stringify(document)),
    document,
    clientId: 'client-1',
    at: 1_795_255_200_000,
    account: '000000000000',
  });
}

/** What an expression is worth; undefined where it is that, and left out. */
function worth(expression: string): unknown {
  return run(`SELECT VALUE ${expression} FROM 'a'`);
}

describe('SELECT', () => {
  test.each([
    ['*', DOCUMENT],
    ['temperature', { temperature: 31.5 }],
    ['temperature AS t, name as n', { t: 31.5, n: 'Ada' }],
    ['*, topic(2) AS device', { ...DOCUMENT, device: 'kitchen' }],
    ['state.reported.level', { level: 3 }],
    ['state.reported AS s', { s: { on: false, level: 3 } }],
    ['list[1].deep AS deep, get(list, 0) AS first', { deep: 'x', first: 1 }],
    ['"first-name" AS "the name"', { 'the name': 'A' }],
    ['missing, missing.more, name.more AS more, nothing', { nothing: null }],
    [
      'topic(), clientid(), timestamp() AS at',
      { topic: 'sensors/kitchen/data', clientid: 'client-1', at: 1_795_255_200_000 },
    ],
    ['1 + 2, temperature * 2 AS double', { 0: 3, double: 63 }],
    ['name AS "__proto__"', { ['__proto__']: 'Ada' }],
  ])('%s', (fields, expected) => {
    expect(run(`SELECT ${fields} FROM 'sensors/#'`)).toEqual(expected);
  });
});

describe('a statement that would take all there is', () => {
  test.each([
    ['of too many operators', `SELECT ${'1+'.repeat(2_000)}1 FROM 'a'`],
    ['of too many members', `SELECT a${'.a'.repeat(2_000)} FROM 'a'`],
    ['of too many arguments', `SELECT concat(${'*,'.repeat(2_000)}*) FROM 'a'`],
  ])('is refused: %s', (_what, sql) => {
    expect(() => parseSql(sql)).toThrow(
      new SqlError('expected at most 3000 words, numbers, texts and symbols, found more'),
    );
  });

  test('of the longest that is taken, what is too much is undefined', () => {
    expect(run(`SELECT VALUE ${'1+'.repeat(1_400)}1 FROM 'a'`)).toBe(1_401);
    const list = Array(1_000).fill(1);
    expect(run(`SELECT VALUE concat(${'*,'.repeat(1_000)}*) FROM 'a'`, list)).toBeUndefined();
    expect(run("SELECT VALUE regexp_matches(t, p) FROM 'a'", { t: 'aab', p: 'a*b' })).toBe(true);
    const long = { t: 'a'.repeat(60_000), p: `${'a*'.repeat(30_000)}b` };
    expect(run("SELECT VALUE regexp_matches(t, p) FROM 'a'", long)).toBeUndefined();
  });
});

describe('expressions', () => {
  test.each([
    ['1 + 2 * 3 - 4 / 2', 5],
    ['(1 + 2) * -3', -9],
    ['7 % 4', 3],
    ['text + 1', '421'],
    ['text * 2', 84],
    ["'a' + 'b'", 'ab'],
    ["'a' * 2", undefined],
    ['1 / 0', undefined],
    ["'it''s'", "it's"],
    ['temperature > 30 AND yes', true],
    ["temperature > '30'", true],
    ["name > 'Abe'", true],
    ['name > 3', undefined],
    ['missing = 1', undefined],
    ['NOT (temperature > 30)', false],
    ['NOT yes OR yes', true],
    ['NOT 1', undefined],
    ['missing OR yes', true],
    ['text = 42', true],
    ["name <> 'Bob'", true],
    ["name != 'Ada'", false],
    ["name IN ['Ada', 'Bob']", true],
    ['3 IN (1, 2)', false],
    ['1 IN name', undefined],
    ["CASE WHEN temperature > 30 THEN 'hot' ELSE 'cold' END", 'hot'],
    ["CASE name WHEN 'Bob' THEN 1 WHEN 'Ada' THEN 2 END", 2],
    ['CASE WHEN missing THEN 1 END', undefined],
    ['topic(9)', undefined],
    ['accountid()', '000000000000'],
    ['abs(-2) + ceil(1.2) + floor(1.8) + round(1.5)', 7],
    ['power(2, 10)', 1024],
    ['mod(7, 4)', 3],
    ["upper(name) + lower('X')", 'ADAx'],
    ["concat('a', 1, yes)", 'a1true'],
    ['concat([1], [2])', [1, 2]],
    ['length(name)', 3],
    ["substring('012345', 2, 4)", '23'],
    ["startswith(name, 'A') AND endswith(name, 'a')", true],
    ["indexof('abcd', 'cd')", 2],
    ["regexp_matches('aaaa', '^a*$')", true],
    ["regexp_matches('aaaa', '(a+)+b')", undefined],
    ['isNull(nothing) AND isUndefined(missing)', true],
    ["encode(name, 'base64')", 'QWRh'],
    ["decode('eyJhIjoxfQ==', 'base64').a", 1],
    ["md5('a')", '0cc175b9c0f1b6a831c399e269772661'],
    ['sqrt(-1)', undefined],
  ])('%s', (expression, expected) => {
    expect(worth(expression)).toEqual(expected);
  });

  test('the bytes of a message can be encoded, JSON or not', () => {
    const statement = parseSql("SELECT encode(*, 'base64') AS data FROM 'a'");
    const message = {
      topic: 'a',
      payload: Buffer.from([0xff, 0]),
      document: undefined,
      clientId: undefined,
      at: 0,
      account: '',
    };
    expect(evaluateSql(statement, message)).toEqual({ data: '/wA=' });
  });
});

describe('WHERE', () => {
  test.each([
    ['temperature > 30', true],
    ['temperature > 40', false],
    ['missing > 1', false],
    ["topic(2) = 'kitchen' AND state.reported.on = false", true],
  ])('%s', (where, matches) => {
    expect(run(`SELECT name FROM 'a' WHERE ${where}`)).toEqual(matches ? { name: 'Ada' } : undefined);
  });
});

describe('what is no statement is refused', () => {
  test.each([
    ['', 'expected SELECT, found the end'],
    ['SELECT', 'expected a value, found the end'],
    ['SELECT * FROM topic', 'expected a topic filter in single quotes, found topic'],
    ["SELECT * FROM 'a' LIMIT 1", 'expected WHERE, or the end, found LIMIT'],
    ["SELECT a AS FROM 'a'", 'expected FROM, found a'],
    ["SELECT aws_lambda('x') FROM 'a'", 'expected a function that there is, found aws_lambda()'],
    ["SELECT a; FROM 'a'", "expected a word, a number or a text, found ; FROM 'a'"],
    ["SELECT (a FROM 'a'", 'expected ), found FROM'],
    [`SELECT ${'('.repeat(60)}1${')'.repeat(60)} FROM 'a'`, 'expected brackets at most 45 deep'],
    [`SELECT ${'-'.repeat(60)}1 FROM 'a'`, 'expected brackets at most 45 deep'],
  ])('%s', (sql, message) => {
    expect(() => parseSql(sql)).toThrow(new SqlError(message));
  });

  test('whatever is written, it is a statement or a SqlError, and evaluation does not fail', () => {
    const word = fc.constantFrom(
      'SELECT',
      'FROM',
      'WHERE',
      'AS',
      'AND',
      'NOT',
      'IN',
      'CASE',
      'WHEN',
      'THEN',
      'END',
      '*',
      "'a/+'",
      'a',
      'topic(',
      ')',
      '(',
      '1',
      '+',
      '-',
      '.',
      ',',
      '[',
      ']',
      '=',
      '<',
      'get(',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), fc.jsonValue(), (words, document) => {
        try {
          run(words.join(' '), document);
        } catch (error) {
          expect(error).toBeInstanceOf(SqlError);
        }
        run(`SELECT ${words.includes('a') ? 'a.b[0] + a' : '*'} FROM 'a' WHERE a = 1 OR NOT a`, document);
      }),
      { numRuns: 300 },
    );
  });
});

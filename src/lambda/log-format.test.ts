import { describe, expect, it } from 'vitest';
import { patchConsole } from './console.ts';
import { failureParameters, jsonRecord, logSettings, textRecord } from './log-format.ts';

const at = new Date('2026-11-21T12:00:00.000Z');
const base = { at, requestId: 'r-1', level: 'INFO' } as const;

describe('the settings', () => {
  it.each([
    [{}, { format: 'Text', level: 'TRACE' }],
    [
      { AWS_LAMBDA_LOG_FORMAT: 'json', AWS_LAMBDA_LOG_LEVEL: 'warn' },
      { format: 'JSON', level: 'WARN' },
    ],
    [
      { AWS_LAMBDA_LOG_FORMAT: 'xml', AWS_LAMBDA_LOG_LEVEL: 'toString' },
      { format: 'Text', level: 'TRACE' },
    ],
  ])('%j', (environment, expected) => {
    expect(logSettings(environment)).toEqual(expected);
  });
});

describe('a record', () => {
  it('as text has time, request id, level and message', () => {
    expect(textRecord({ ...base, parameters: ['%s is %d', 'x', 2, { a: 1 }] })).toBe(
      '2026-11-21T12:00:00.000Z\tr-1\tINFO\tx is 2 { a: 1 }',
    );
  });

  it('as JSON keeps a single object', () => {
    expect(JSON.parse(jsonRecord({ ...base, tenantId: 't', parameters: [{ a: 1 }] }))).toEqual({
      timestamp: '2026-11-21T12:00:00.000Z',
      level: 'INFO',
      requestId: 'r-1',
      tenantId: 't',
      message: { a: 1 },
    });
  });

  it('as JSON tells an error among several parameters', () => {
    const error = Object.assign(new TypeError('bad'), { stack: 'TypeError: bad\n    at x' });
    expect(JSON.parse(jsonRecord({ ...base, parameters: ['oh', error] }))).toMatchObject({
      errorType: 'TypeError',
      errorMessage: 'bad',
      stackTrace: ['TypeError: bad', '    at x'],
    });
  });

  it('as JSON prints what JSON cannot hold', () => {
    expect(JSON.parse(jsonRecord({ ...base, parameters: [1n] }))).toMatchObject({ message: '1n' });
  });
});

describe('a failure', () => {
  it('is printed with its fields', () => {
    const error = Object.assign(new Error('x'), { code: 'E1', extra: 1, stack: 'Error: x\n    at y' });
    expect(failureParameters('Invoke Error', error, { format: 'Text', level: 'TRACE' })).toEqual([
      'Invoke Error',
      '\t{"errorType":"Error","errorMessage":"x","code":"E1","extra":1,"stack":["Error: x","    at y"]}',
    ]);
  });

  it('that JSON cannot hold is printed all the same', () => {
    const error = Object.assign(new Error('x'), { big: 1n, stack: 'Error: x' });
    expect(failureParameters('Invoke Error', error, { format: 'Text', level: 'TRACE' })).toEqual([
      'Invoke Error',
      '\t{"errorType":"Error","errorMessage":"x","trace":["Error: x"]}',
    ]);
  });
});

it('the console prints what is not below the level, with the invocation of that moment', () => {
  const printed: unknown[] = [];
  const target: Partial<Console> = {};
  let requestId = 'first';
  patchConsole(
    { format: 'Text', level: 'INFO' },
    () => ({ requestId }),
    (level, text) => printed.push([level, text.split('\t').slice(1)]),
    target,
  );
  target.debug?.('not this');
  target.log?.('one');
  requestId = 'second';
  target.error?.('two');
  expect(printed).toEqual([
    ['INFO', ['first', 'INFO', 'one']],
    ['ERROR', ['second', 'ERROR', 'two']],
  ]);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carriedPayload, ERROR_PAYLOAD, errorBody } from './error-body.ts';

describe('the error object', () => {
  it('has name, message and stack of an error', () => {
    class OrderError extends Error {
      override name = 'OrderError';
    }
    const error = new OrderError('none left');
    error.stack = 'OrderError: none left\n    at here';
    expect(errorBody(error)).toEqual({
      errorType: 'OrderError',
      errorMessage: 'none left',
      trace: ['OrderError: none left', '    at here'],
    });
  });

  it.each([
    ['text', { errorType: 'string', errorMessage: 'text', trace: [] }],
    [undefined, { errorType: 'undefined', errorMessage: 'undefined', trace: [] }],
    [null, { errorType: 'object', errorMessage: 'null', trace: [] }],
    [{ a: 1 }, { errorType: 'object', errorMessage: '[object Object]', trace: [] }],
  ])('of %j, which is no error, says what it is', (value, expected) => {
    expect(errorBody(value)).toEqual(expected);
  });

  it('writes DEL so that it fits into a header', () => {
    expect(errorBody(new Error('a\x7Fb')).errorMessage).toBe('a%7Fb');
  });

  it('of an error that cannot be read is Lambda’s own', () => {
    const unreadable = new Proxy(new Error('x'), {
      get() {
        throw new Error('no');
      },
    });
    expect(errorBody(unreadable)).toEqual({
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
      trace: [],
    });
  });

  it('exists for whatever is thrown', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (thrown) => {
        expect(errorBody(thrown)).toEqual({
          errorType: expect.any(String),
          errorMessage: expect.any(String),
          trace: expect.any(Array),
        });
      }),
    );
  });
});

describe('a finished answer', () => {
  it('is carried by an error', () => {
    const payload = Buffer.from('{"errorType":"X"}');
    expect(carriedPayload(Object.assign(new Error('x'), { [ERROR_PAYLOAD]: payload }))).toBe(payload);
  });

  it.each([new Error('x'), undefined, 'text', { [ERROR_PAYLOAD]: 'text' }])(
    'is not carried by %j',
    (thrown) => {
      expect(carriedPayload(thrown)).toBe(undefined);
    },
  );
});

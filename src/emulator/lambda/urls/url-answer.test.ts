import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BAD_GATEWAY, urlAnswer } from './url-answer.ts';

const JSON_HEADERS = { 'content-type': 'application/json' };

const answer = (value: unknown): unknown => {
  const { body, ...head } = urlAnswer(Buffer.from(JSON.stringify(value)));
  return { ...head, body: Buffer.from(body).toString() };
};

test.each([
  [{ hello: 'world' }, '{"hello":"world"}'],
  [['hello', 3, true], '["hello",3,true]'],
  ['hello', 'hello'],
  [3.1, '3.1'],
  [true, 'true'],
  [null, 'null'],
])('%j without a status is the body of a 200', (value, body) => {
  expect(answer(value)).toEqual({ status: 200, headers: JSON_HEADERS, body });
});

test('JSON comes out compact, as the recordings of real AWS have it', () => {
  expect(Buffer.from(urlAnswer(Buffer.from('{ "hello": "world" }')).body).toString()).toBe(
    '{"hello":"world"}',
  );
});

test('status, headers and cookies are those of the handler; a status may be a text', () => {
  expect(
    answer({
      statusCode: '418',
      headers: { 'Content-Type': 'text/plain', 'X-Number': 3, 'content-length': 9, Connection: 'close' },
      cookies: ['a=1', 'b=2; Secure'],
      body: 'short',
    }),
  ).toEqual({
    status: 418,
    headers: { 'content-type': 'text/plain', 'x-number': '3', 'set-cookie': ['a=1', 'b=2; Secure'] },
    body: 'short',
  });
});

test('a body in base64 is bytes', () => {
  const { body } = urlAnswer(Buffer.from('{"statusCode":200,"body":"AP8=","isBase64Encoded":true}'));
  expect(body).toEqual(Buffer.of(0, 255));
});

test('a status alone has no body', () => {
  expect(answer({ statusCode: 204 })).toEqual({ status: 204, headers: JSON_HEADERS, body: '' });
});

test.each([
  { statusCode: 'ok' },
  { statusCode: 99 },
  { statusCode: 101 },
  { statusCode: 600 },
  { statusCode: 200.5 },
  { statusCode: 200, headers: 'none' },
  { statusCode: 200, headers: { 'x-split': 'a\r\nset-cookie: b' } },
  { statusCode: 200, headers: { 'x split': 'a' } },
  { statusCode: 200, cookies: ['a\nb'] },
])('%j is no HTTP answer', (value) => {
  expect(urlAnswer(Buffer.from(JSON.stringify(value)))).toEqual(BAD_GATEWAY);
});

test('bytes that are no JSON, of a handler that streams, are the body', () => {
  expect(urlAnswer(Buffer.of(1, 2))).toEqual({
    status: 200,
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.of(1, 2),
  });
});

test('whatever a handler answers, it is an HTTP answer that Node.js can send', () => {
  const key = fc.constantFrom('statusCode', 'headers', 'cookies', 'body', 'isBase64Encoded', 'other');
  const value = fc.oneof(fc.jsonValue(), fc.dictionary(key, fc.jsonValue()));
  fc.assert(
    fc.property(value, (given) => {
      const { status, headers, body } = urlAnswer(Buffer.from(JSON.stringify(given)));
      expect(() => new Response(status === 200 ? Buffer.from(body) : null, { status })).not.toThrow(
        TypeError,
      );
      for (const one of Object.values(headers).flat()) expect(one).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
    }),
  );
});

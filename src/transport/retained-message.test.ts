import { expect, test } from 'vitest';
import { retainedMessageUrl, retainedPayload } from './retained-message.ts';

test('the topic is one segment of the path', () => {
  expect(retainedMessageUrl('https://abc.example', 'llx/v1/a b')).toBe(
    'https://abc.example/retainedMessage/llx%2Fv1%2Fa%20b',
  );
});

test('the payload comes in base64, and an empty one is a payload', () => {
  expect(retainedPayload(200, '{"payload":"AQID"}')).toEqual(Buffer.from([1, 2, 3]));
  expect(retainedPayload(200, '{"payload":""}')).toEqual(Buffer.alloc(0));
});

test('404 is a topic without a message', () => {
  expect(retainedPayload(404, 'not even JSON')).toBeUndefined();
});

test.each([
  [500, '{"payload":"AQID"}', 'expected 200 or 404 of GetRetainedMessage, got 500'],
  [200, '{}', 'expected a payload in the answer of GetRetainedMessage'],
  [200, 'null', 'expected a payload in the answer of GetRetainedMessage'],
  [200, '{"payload":1}', 'expected a payload in the answer of GetRetainedMessage'],
])('any other answer (%d %s) is an error that says so', (status, body, message) => {
  expect(() => retainedPayload(status, body)).toThrow(message);
});

import { expect, test } from 'vitest';
import { httpStream } from './http-stream.ts';

const streamed = (prelude: string, body: string) =>
  Buffer.concat([Buffer.from(prelude), Buffer.alloc(8), Buffer.from(body)]);

test('a prelude of JSON is read, and the body behind it is the same each time', () => {
  const answer = streamed('{"statusCode":201,"headers":{"content-type":"text/plain"}}', 'made');
  const stream = httpStream(answer);
  expect(stream).toEqual({
    prelude: { statusCode: 201, headers: { 'content-type': 'text/plain' } },
    body: Buffer.from('made'),
  });
  expect(httpStream(answer)?.body).toBe(stream?.body);
});

test.each([
  ['text', Buffer.from('{"statusCode":200}')],
  ['zero bytes behind what is no JSON', streamed('RIFF', 'data')],
  ['zero bytes behind JSON that is no object', streamed('1', 'data')],
  ['zero bytes behind more than a prelude may have', streamed(`{"a":"${'x'.repeat(20_000)}"}`, '')],
])('%s is no HTTP answer', (_what, answer) => {
  expect(httpStream(answer)).toBeUndefined();
});

import { finished } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { HttpResponseStream, streamifyResponse } from './awslambda.ts';
import { pickHandler } from './handler.ts';
import { ResponseStream } from './response-stream.ts';

function recorded(): { readonly stream: ResponseStream; readonly sent: unknown[] } {
  const sent: unknown[] = [];
  const stream = new ResponseStream(
    {
      open: (contentType) => sent.push({ contentType }),
      write: (chunk, callback) => {
        sent.push(Buffer.from(chunk).toString());
        callback();
      },
    },
    undefined,
  );
  return { stream, sent };
}

describe('a response stream', () => {
  it('opens with its first write, and writes as JSON what is neither text nor bytes', async () => {
    const { stream, sent } = recorded();
    stream.write('text');
    stream.write(Buffer.from('bytes'));
    stream.write({ a: 1 });
    stream.end('end');
    await finished(stream);
    expect(sent).toEqual([{ contentType: 'application/octet-stream' }, 'text', 'bytes', '{"a":1}', 'end']);
  });

  it('takes a content type before the first write only', () => {
    const { stream, sent } = recorded();
    stream.setContentType('text/plain');
    stream.write('x');
    expect(sent).toEqual([{ contentType: 'text/plain' }, 'x']);
    expect(() => stream.setContentType('text/html')).toThrow(
      expect.objectContaining({
        name: 'Runtime.InvalidStreamingOperation',
        message: 'Cannot set content-type, too late.',
      }),
    );
  });

  it('of HTTP begins with status and headers, and eight zero bytes', async () => {
    const { stream, sent } = recorded();
    const http = HttpResponseStream.from(stream, { statusCode: 404 });
    http.write('body');
    http.end();
    await finished(stream);
    expect(sent).toEqual([
      { contentType: 'application/vnd.awslambda.http-integration-response' },
      '{"statusCode":404}',
      '\0'.repeat(8),
      'body',
    ]);
  });

  it('that is ended with its only bytes has no prelude, as on AWS', async () => {
    const { stream, sent } = recorded();
    HttpResponseStream.from(stream, { statusCode: 404 }).end('body');
    await finished(stream);
    expect(sent).toEqual([{ contentType: 'application/vnd.awslambda.http-integration-response' }, 'body']);
  });

  it('without a byte still opens', async () => {
    const { stream, sent } = recorded();
    stream.end();
    await finished(stream);
    expect(sent).toEqual([{ contentType: 'application/octet-stream' }]);
  });
});

it('streamifyResponse marks the very function', () => {
  const handler = async (): Promise<void> => {};
  expect(streamifyResponse(handler, { highWaterMark: 10.7 })).toBe(handler);
  expect(pickHandler({ handler }, 'handler', 'index.handler')).toEqual({
    handler,
    streaming: true,
    highWaterMark: 10,
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handle, type Work } from './handle.ts';
import type { LambdaContext } from './request.ts';
import { FAIL, OK } from './result.ts';

const LAMBDA: LambdaContext = {
  awsRequestId: '8f0d2b7e-7f6a-4e53-9d5a-0d3c4f1f2a11',
  functionName: 'users-find',
  functionVersion: '3',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:users-find:live',
  memoryLimitInMB: '128',
  logGroupName: '/aws/lambda/users-find',
  logStreamName: '2026/11/02/[3]0123456789abcdef0123456789abcdef',
  getRemainingTimeInMillis: () => 3000,
};

/** An event that ships with llx. */
const shipped = (name: string): Record<string, unknown> => {
  const file = join(import.meta.dirname, '..', '..', 'fixtures', 'events', `${name}.json`);
  const { event, ...bare } = JSON.parse(readFileSync(file, 'utf8'));
  return event ?? bare;
};

let logged: unknown[];
beforeEach(() => {
  logged = [];
  vi.spyOn(console, 'error').mockImplementation((line: unknown) => {
    logged.push(line);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const answerOf = (event: unknown, work: Work<unknown>) => handle(work)(event, LAMBDA);

/** What a handler is asked, without the event itself. */
async function requestsOf(event: unknown): Promise<readonly object[]> {
  const seen: object[] = [];
  await answerOf(event, ({ event: _event, lambda, ...request }, context) => {
    expect(lambda).toBe(LAMBDA);
    seen.push(request);
    return context(OK);
  });
  return seen;
}

const NOTHING = {
  parameters: {},
  query: {},
  headers: {},
  method: undefined,
  path: undefined,
  topic: undefined,
  attributes: {},
};

describe('a request', () => {
  test('of a load balancer has its query decoded, which API Gateway does itself', async () => {
    const multiValueQueryStringParameters = { q: ['a%20b', 'c+d'], 'f%5B0%5D': ['%C3%A9'], bad: ['100%+1'] };
    const event = { httpMethod: 'GET', path: '/', multiValueQueryStringParameters };
    expect(await requestsOf({ ...event, requestContext: { elb: {} } })).toMatchObject([
      { query: { q: 'a b,c d', 'f[0]': 'é', bad: '100%+1' } },
    ]);
    expect(await requestsOf({ ...event, requestContext: {} })).toMatchObject([{ query: { q: 'a%20b,c+d' } }]);
  });

  test('of API Gateway’s format 2.0 has parameters, query, headers and cookies', async () => {
    const [request] = await requestsOf(shipped('apigateway/http-get'));
    expect(request).toMatchObject({ source: 'http', body: undefined, method: 'GET', topic: undefined });
    const event = shipped('apigateway/http-get');
    expect(request).toMatchObject({ parameters: event.pathParameters ?? {} });
    const cookies = {
      version: '2.0',
      requestContext: { http: {} },
      cookies: ['a=1', 'b=2'],
      headers: { X: 'y' },
    };
    expect(await requestsOf(cookies)).toEqual([
      { ...NOTHING, source: 'http', body: undefined, headers: { x: 'y', cookie: 'a=1; b=2' } },
    ]);
  });

  test.each(['apigateway/http-post-json', 'function-url/post-json', 'alb/post-json', 'apigateway/rest-post'])(
    'of %s has what its JSON says as its body',
    async (name) => {
      const { body, isBase64Encoded } = shipped(name);
      const text = Buffer.from(String(body), isBase64Encoded === true ? 'base64' : 'utf8').toString();
      expect(await requestsOf(shipped(name))).toMatchObject([
        { source: 'http', method: 'POST', body: JSON.parse(text) },
      ]);
    },
  );

  test('with a binary body has its bytes', async () => {
    const event = shipped('apigateway/rest-binary');
    const bytes = new Uint8Array(Buffer.from(String(event.body), 'base64'));
    expect(await requestsOf(event)).toMatchObject([
      { body: bytes, parameters: { proxy: 'mugs/red.png' }, path: '/photos/mugs/red.png', method: 'PUT' },
    ]);
  });

  test('joins values of format 1.0 that came more than once', async () => {
    const event = {
      httpMethod: 'GET',
      requestContext: {},
      headers: { Accept: 'b' },
      multiValueHeaders: { Accept: ['a', 'b'] },
      queryStringParameters: { tag: 'y' },
      multiValueQueryStringParameters: { tag: ['x', 'y'] },
      body: 'plain text',
    };
    expect(await requestsOf(event)).toEqual([
      {
        ...NOTHING,
        source: 'http',
        method: 'GET',
        headers: { accept: 'a,b' },
        query: { tag: 'x,y' },
        body: 'plain text',
      },
    ]);
  });

  test('of a topic has the message without the topic that the rule added', async () => {
    const { topic, ...message } = shipped('iot/rule');
    expect(await requestsOf(shipped('iot/rule'))).toEqual([
      { ...NOTHING, source: 'topic', body: message, topic },
    ]);
  });

  test('of a direct call has the event as its body', async () => {
    expect(await requestsOf(shipped('eventbridge/scheduled'))).toEqual([
      { ...NOTHING, source: 'direct', body: shipped('eventbridge/scheduled') },
    ]);
    expect(await requestsOf(null)).toEqual([{ ...NOTHING, source: 'direct', body: null }]);
    expect(await requestsOf('text')).toEqual([{ ...NOTHING, source: 'direct', body: 'text' }]);
  });

  test('of a queue is one for each message, with its attributes', async () => {
    const records = shipped('sqs/with-attributes').Records;
    const requests = await requestsOf(shipped('sqs/with-attributes'));
    expect(requests).toHaveLength(Array.isArray(records) ? records.length : -1);
    expect(requests[0]).toMatchObject({ source: 'queue', attributes: expect.any(Object) });
    const attributed = {
      Records: [
        {
          eventSource: 'aws:sqs',
          messageId: 'm-1',
          body: 'hello',
          messageAttributes: { kind: { stringValue: 'new' }, raw: { binaryValue: 'AAE=' } },
        },
      ],
    };
    expect(await requestsOf(attributed)).toEqual([
      { ...NOTHING, source: 'queue', body: 'hello', attributes: { kind: 'new', raw: 'AAE=' } },
    ]);
  });
});

describe('the answer to an HTTP request', () => {
  const http2 = () => shipped('apigateway/http-get');
  const rest = () => shipped('apigateway/rest-get');

  test.each([
    [
      'JSON',
      { id: 7 },
      { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"id":7}' },
    ],
    [
      'a text',
      'hi',
      { statusCode: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'hi' },
    ],
    [
      'bytes',
      new Uint8Array([0, 255]),
      {
        statusCode: 200,
        headers: { 'content-type': 'application/octet-stream' },
        body: 'AP8=',
        isBase64Encoded: true,
      },
    ],
    ['null', null, { statusCode: 200, headers: { 'content-type': 'application/json' }, body: 'null' }],
    ['nothing', undefined, { statusCode: 204, headers: {} }],
  ])('is %s, in both formats and for function URLs and load balancers', async (_name, value, answer) => {
    for (const event of [http2(), rest(), shipped('function-url/get')]) {
      expect(await answerOf(event, (_request, context) => context(OK, value))).toEqual(answer);
      expect(await answerOf(event, () => value)).toEqual(answer);
    }
  });

  test('has the status, the headers and the cookies that were said', async () => {
    const work: Work<unknown> = (_request, context) =>
      context(OK, '<p>', {
        status: 201,
        headers: { 'Content-Type': 'text/html', 'set-cookie': ['a=1', 'b=2'], vary: ['accept', 'origin'] },
      });
    expect(await answerOf(http2(), work)).toEqual({
      statusCode: 201,
      headers: { 'Content-Type': 'text/html', vary: 'accept, origin' },
      cookies: ['a=1', 'b=2'],
      body: '<p>',
    });
    expect(await answerOf(rest(), work)).toEqual({
      statusCode: 201,
      headers: { 'Content-Type': 'text/html' },
      multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'], vary: ['accept', 'origin'] },
      body: '<p>',
    });
    const balancer = { httpMethod: 'GET', requestContext: { elb: {} }, multiValueHeaders: {} };
    expect(await answerOf(balancer, work)).toEqual({
      statusCode: 201,
      multiValueHeaders: {
        'Content-Type': ['text/html'],
        'set-cookie': ['a=1', 'b=2'],
        vary: ['accept', 'origin'],
      },
      body: '<p>',
    });
  });

  test('of FAIL has its status and its message, and is not logged', async () => {
    expect(
      await answerOf(http2(), (_request, context) =>
        context(FAIL, { status: 404, message: 'no such user', type: 'UserUnknown' }),
      ),
    ).toEqual({
      statusCode: 404,
      headers: { 'content-type': 'application/json' },
      body: '{"message":"no such user","type":"UserUnknown"}',
    });
    expect(await answerOf(rest(), (_request, context) => context(FAIL))).toMatchObject({ statusCode: 500 });
    expect(logged).toEqual([]);
  });

  test.each([
    [
      'an error',
      () => {
        throw new Error('password is hunter2');
      },
    ],
    ['a value that JSON cannot say', () => ({ size: 1n })],
  ])('of %s is a 500 that tells nothing of it, logged once', async (_name, work) => {
    expect(await answerOf(http2(), work)).toEqual({
      statusCode: 500,
      headers: { 'content-type': 'application/json' },
      body: '{"message":"Internal Server Error"}',
    });
    expect(logged).toEqual([expect.any(Error)]);
  });
});

describe('the answer to a queue', () => {
  const batch = (...bodies: readonly [id: string, group?: string][]) => ({
    Records: bodies.map(([messageId, MessageGroupId]) => ({
      eventSource: 'aws:sqs',
      messageId,
      body: JSON.stringify(messageId),
      attributes: { MessageGroupId },
    })),
  });
  const failures = (...ids: readonly string[]) => ({
    batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
  });

  test('names the messages that failed, alone, and each failure is logged once', async () => {
    const defect = new Error('defect');
    const answer = await answerOf(batch(['a'], ['b'], ['c'], ['d']), ({ body }, context) => {
      if (body === 'b') return context(FAIL, { message: 'not yet' });
      if (body === 'd') throw defect;
      return context(OK);
    });
    expect(answer).toEqual(failures('b', 'd'));
    expect(new Set(logged)).toEqual(new Set(['b: HandlerFailed: not yet', defect]));
    expect(logged).toHaveLength(2);
  });

  test('leaves out a failure that is not to be tried again', async () => {
    const work: Work<unknown> = (_request, context) => context(FAIL, { message: 'malformed', retry: false });
    expect(await answerOf(batch(['a']), work)).toEqual(failures());
    expect(logged).toEqual(['a: HandlerFailed: malformed (not tried again)']);
  });

  test('of a FIFO queue names what follows in the group, which is not handled', async () => {
    const handled: unknown[] = [];
    const answer = await answerOf(
      batch(['a1', 'A'], ['b1', 'B'], ['a2', 'A'], ['b2', 'B'], ['a3', 'A']),
      async ({ body }, context) => {
        handled.push(body);
        return body === 'a2' ? context(FAIL) : context(OK);
      },
    );
    expect(answer).toEqual(failures('a2', 'a3'));
    expect(handled.sort()).toEqual(['a1', 'a2', 'b1', 'b2']);
  });

  test('of a standard queue names that message alone, though it has a group for fairness', async () => {
    const { Records } = batch(['a1', 'A'], ['a2', 'A']);
    const eventSourceARN = 'arn:aws:sqs:eu-central-1:123456789012:orders';
    const standard = { Records: Records.map((record) => ({ ...record, eventSourceARN })) };
    const work: Work<unknown> = ({ body }, context) => (body === 'a1' ? context(FAIL) : context(OK));
    expect(await answerOf(standard, work)).toEqual(failures('a1'));
  });

  test('is that nothing failed for the batches that ship', async () => {
    for (const name of ['sqs/fifo', 'sqs/standard', 'sqs/sns-notification']) {
      expect(await answerOf(shipped(name), () => 'done')).toEqual(failures());
    }
  });
});

describe.each([
  ['a topic', () => shipped('iot/rule')],
  ['a direct call', () => ({ id: 7 })],
])('the answer to %s', (_name, event) => {
  test('is the value itself, bytes in base64', async () => {
    expect(await answerOf(event(), (_request, context) => context(OK, { id: 7 }))).toEqual({ id: 7 });
    expect(await answerOf(event(), () => new Uint8Array([0, 255]))).toBe('AP8=');
  });

  test('of FAIL is an error of its type, which Lambda logs and tries again', async () => {
    const answer = answerOf(event(), (_request, context) =>
      context(FAIL, { type: 'Busy', message: 'later' }),
    );
    await expect(answer).rejects.toMatchObject({ name: 'Busy', message: 'later' });
    expect(logged).toEqual([]);
  });

  test('of what was thrown is that very error', async () => {
    const defect = new TypeError('defect');
    await expect(
      answerOf(event(), () => {
        throw defect;
      }),
    ).rejects.toBe(defect);
    expect(logged).toEqual([]);
  });

  test('of a FAIL without a retry is nothing, and it is logged', async () => {
    const work: Work<unknown> = (_request, context) => context(FAIL, { message: 'malformed', retry: false });
    expect(await answerOf(event(), work)).toBeUndefined();
    expect(logged).toMatchObject([{ name: 'HandlerFailed', message: 'malformed' }]);
  });
});

test('an error beside FAIL is its type and its message', async () => {
  await expect(
    answerOf({}, (_request, context) => context(FAIL, new RangeError('too far'))),
  ).rejects.toMatchObject({ name: 'RangeError', message: 'too far' });
});

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LAMBDA } from '../../protocol/limits.ts';
import { DEVELOPMENT_KEY } from '../../signature/development-key.ts';
import { signRequest } from '../../signature/sign-request.ts';
import { type ApiServer, createApiServer } from '../http/api-server.ts';
import { signedFetch } from '../http/signed-fetch.test-support.ts';
import { type InvocationCall, InvocationService } from './invocation-service.ts';
import type { AsyncEvent } from './invocations/async-event.ts';
import { addInvokeRoute } from './invoke-route.ts';
import { failed, ORDERS_ARN, openAccess, ordersRegistry, succeeded } from './lambda.test-support.ts';

let api: ApiServer;
let service: InvocationService;
let url: string;
let calls: InvocationCall[];

beforeEach(async () => {
  calls = [];
  service = new InvocationService({
    registry: ordersRegistry({ stubbed: true }),
    direct: () => expect.fail('the function is stubbed'),
    stubbed: async (call, { onLog }) => {
      calls.push(call);
      onLog('a line');
      return Buffer.from(call.event).toString() === '"fail"' ? failed('handler') : succeeded(call.event);
    },
  });
  api = createApiServer({ host: '127.0.0.1', port: 0 });
  addInvokeRoute(api.app, service, openAccess());
  url = (await api.listen()).url;
});

afterEach(async () => {
  await service.close();
  await api.close();
});

const path = (name = 'orders'): string => `${url}/2015-03-31/functions/${name}/invocations`;

/** An Invoke as no client library would send it: with these headers alone, and what signs it. */
function raw(headers: readonly string[], body = ''): Socket {
  const { hostname, port, host } = new URL(url);
  const signature = signRequest({
    method: 'POST',
    url: path(),
    body: Buffer.from(body),
    service: 'lambda',
    region: 'us-east-1',
    credentials: DEVELOPMENT_KEY,
  });
  const socket = connect(Number(port), hostname);
  const signed = Object.entries(signature).map(([name, value]) => `${name}: ${value}`);
  const request = 'POST /2015-03-31/functions/orders/invocations HTTP/1.1';
  const head = [request, `host: ${host}`, ...headers, ...signed, 'connection: close', '', ''];
  socket.write(head.join('\r\n') + body);
  return socket;
}

test('the event arrives as its bytes, and the answer goes back as its own', async () => {
  const response = await signedFetch(`${path()}?Qualifier=$LATEST`, {
    method: 'POST',
    headers: {
      'x-amz-client-context': Buffer.from('{"custom":{}}').toString('base64'),
      'x-amzn-trace-id': 'Root=1',
    },
    body: '{ "n" : 1e2 }',
  });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('{ "n" : 1e2 }');
  const [call] = calls;
  expect(call).toMatchObject({
    requestId: response.headers.get('x-amzn-requestid'),
    clientContext: { custom: {} },
    traceId: expect.stringMatching(/^Root=1;Parent=[0-9a-f]{16};Sampled=0;Lineage=1:[0-9a-f]{8}:1$/),
    resolved: { invokedArn: `${ORDERS_ARN}:$LATEST` },
  });
  expect(response.headers.get('x-amz-executed-version')).toBe('$LATEST');
  expect(response.headers.get('x-amz-function-error')).toBeNull();
  expect(response.headers.get('x-amz-log-result')).toBeNull();
});

test('a request without content type and length is an empty event', async () => {
  const answer = await text(raw([]));
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(calls.map(({ event }) => Buffer.from(event).toString())).toEqual(['{}']);
});

test('a body without a content type is the event', async () => {
  await text(raw(['content-length: 7'], '{"n":1}'));
  expect(calls.map(({ event }) => Buffer.from(event).toString())).toEqual(['{"n":1}']);
});

test('a function error is told in a header, and the log when it was asked for', async () => {
  const response = await signedFetch(path(), {
    method: 'POST',
    headers: { 'x-amz-log-type': 'Tail' },
    body: '"fail"',
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('x-amz-function-error')).toBe('Unhandled');
  expect(await response.json()).toEqual({ errorType: 'E' });
  const log = Buffer.from(response.headers.get('x-amz-log-result') ?? '', 'base64').toString();
  expect(log).toContain('\na line\nEND RequestId: ');
});

test('DryRun answers 204 without a body, and nothing runs', async () => {
  const response = await signedFetch(path(), {
    method: 'POST',
    headers: { 'x-amz-invocation-type': 'DryRun' },
    body: '1',
  });
  expect(response.status).toBe(204);
  expect(await response.text()).toBe('');
  expect(calls).toEqual([]);
});

test('Event answers 202 without a body when the event has been kept, with the request id it has in the queue', async () => {
  const kept: AsyncEvent[] = [];
  service.attach({ add: (event) => void kept.push(event) });
  const response = await signedFetch(`${path()}?Qualifier=$LATEST`, {
    method: 'POST',
    headers: { 'x-amz-invocation-type': 'Event', 'x-amzn-trace-id': 'Root=1' },
    body: '1',
  });
  expect(response.status).toBe(202);
  expect(await response.text()).toBe('');
  expect(kept).toEqual([
    {
      reference: { name: 'orders', qualifier: '$LATEST' },
      requestId: response.headers.get('x-amzn-requestid'),
      event: Buffer.from('1'),
      traceId: 'Root=1',
    },
  ]);
  expect(calls).toEqual([]);
});

test('above the reserved concurrency it answers 429 with the reason, and nothing runs', async () => {
  service.limits.reserve('orders', 0);
  const response = await signedFetch(path(), { method: 'POST', body: '1' });
  expect(response.status).toBe(429);
  expect(response.headers.get('x-amzn-errortype')).toBe('TooManyRequestsException');
  expect(response.headers.get('retry-after')).toBe('1');
  expect(await response.json()).toEqual({
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    Type: 'User',
    message: 'Rate Exceeded.',
  });
  expect(calls).toEqual([]);
});

test.each([
  ['a payload that is no JSON', {}, '{', 400, 'InvalidRequestContentException'],
  ['a payload that is no UTF-8', {}, Buffer.of(0x22, 0xff, 0x22), 400, 'InvalidRequestContentException'],
  ['a payload with a byte order mark', {}, '\ufeff{}', 400, 'InvalidRequestContentException'],
  ['an unknown type', { 'x-amz-invocation-type': 'Later' }, '1', 400, 'InvalidParameterValueException'],
  [
    'a client context that is no JSON',
    { 'x-amz-client-context': '!' },
    '1',
    400,
    'InvalidRequestContentException',
  ],
  [
    'a client context that is too large',
    { 'x-amz-client-context': 'a'.repeat(LAMBDA.clientContextBytes + 1) },
    '1',
    400,
    'InvalidRequestContentException',
  ],
  [
    'an asynchronous event above its limit',
    { 'x-amz-invocation-type': 'Event' },
    `"${'x'.repeat(LAMBDA.asyncRequestBytes - 1)}"`,
    413,
    'RequestTooLargeException',
  ],
] as const)('%s is refused in Lambda’s words', async (_what, headers, body, status, type) => {
  const response = await signedFetch(path(), { method: 'POST', headers, body });
  expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([status, type]);
  expect(calls).toEqual([]);
});

test('an unknown function and an unknown qualifier are not found', async () => {
  const codes = await Promise.all(
    [path('nobody'), `${path()}?Qualifier=7`].map(async (address) => {
      const response = await signedFetch(address, { method: 'POST' });
      return [response.status, response.headers.get('x-amzn-errortype')];
    }),
  );
  expect(codes).toEqual([
    [404, 'ResourceNotFoundException'],
    [404, 'ResourceNotFoundException'],
  ]);
});

test('6 MiB pass; one byte more is refused, and the client that is still writing reads it', async () => {
  const fits = Buffer.from(`"${'x'.repeat(LAMBDA.requestBytes - 2)}"`);
  expect((await signedFetch(path(), { method: 'POST', body: fits })).status).toBe(200);
  const length = LAMBDA.requestBytes + 1;
  const socket = raw([`content-length: ${length}`]);
  const answer = text(socket);
  const piece = Buffer.alloc(64 * 1024, 'x');
  for (let left = length; left > 0; left -= piece.length) {
    if (!socket.write(piece.subarray(0, left))) await once(socket, 'drain');
  }
  expect(await answer).toMatch(
    /^HTTP\/1\.1 413 .*"Request must be smaller than 6291456 bytes for the InvokeFunction operation"/s,
  );
  expect(calls).toHaveLength(1);
});

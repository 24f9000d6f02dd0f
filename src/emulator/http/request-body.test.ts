import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { bodyLimitOf, RequestBodies } from './request-body.ts';

const LIMIT = { bytes: 10, operation: 'InvokeFunction' } as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A request whose body comes as the test writes it. */
function incoming(): { readonly body: PassThrough; readonly request: IncomingMessage } {
  const body = new PassThrough();
  return { body, request: body as unknown as IncomingMessage };
}

test('a body comes whole, whatever its pieces', async () => {
  const { body, request } = incoming();
  const read = new RequestBodies().read(request, LIMIT);
  body.write('abc');
  body.end('def');
  expect((await read).toString()).toBe('abcdef');
});

test('one byte above the limit is refused, when all of it has come', async () => {
  const { body, request } = incoming();
  const read = new RequestBodies().read(request, LIMIT);
  body.end('x'.repeat(11));
  await expect(read).rejects.toMatchObject({
    statusCode: 413,
    type: 'RequestTooLargeException',
    body: { message: 'Request must be smaller than 10 bytes for the InvokeFunction operation' },
  });
});

test('silence ends it, each piece puts that off', async () => {
  const { body, request } = incoming();
  const read = new RequestBodies({ silenceMs: 1_000 }).read(request, LIMIT);
  const refused = expect(read).rejects.toMatchObject({ statusCode: 408, type: 'RequestTimeoutException' });
  body.write('a');
  await vi.advanceTimersByTimeAsync(900);
  body.write('b');
  await vi.advanceTimersByTimeAsync(900);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(100);
  await refused;
  expect(vi.getTimerCount()).toBe(0);
});

test('all bodies together hold no more than they may; what has ended holds nothing', async () => {
  const bodies = new RequestBodies({ heldBytes: 12 });
  const [one, other, third] = [incoming(), incoming(), incoming()];
  const first = bodies.read(one.request, LIMIT);
  const second = bodies.read(other.request, LIMIT);
  one.body.write('x'.repeat(8));
  other.body.end('x'.repeat(8));
  await expect(second).rejects.toMatchObject({ statusCode: 503, type: 'ServiceUnavailableException' });
  one.body.end();
  expect((await first).byteLength).toBe(8);
  const again = bodies.read(third.request, LIMIT);
  third.body.end('x'.repeat(10));
  expect((await again).byteLength).toBe(10);
});

test('a client that hangs up is no body', async () => {
  const { body, request } = incoming();
  const read = new RequestBodies().read(request, LIMIT);
  body.write('a');
  body.destroy();
  await expect(read).rejects.toThrow('the client hung up before its request was complete');
});

test.each([
  ['POST', '/2015-03-31/functions', 70_167_211, 'CreateFunction'],
  ['PUT', '/2015-03-31/functions/orders/code', 70_167_211, 'UpdateFunctionCode'],
  ['POST', '/2018-10-31/layers/tools/versions', 70_167_211, 'PublishLayerVersion'],
  ['POST', '/2015-03-31/functions/orders/invocations', 6_291_456, 'InvokeFunction'],
  ['POST', '/', 6_291_456, undefined],
  ['GET', '/2015-03-31/functions', 6_291_456, undefined],
])('%s %s takes so much', (method, path, bytes, operation) => {
  expect(bodyLimitOf(method, path)).toEqual({ bytes, ...(operation === undefined ? {} : { operation }) });
});

test('a body in pieces of one byte comes whole', async () => {
  const { body, request } = incoming();
  const read = new RequestBodies().read(request, { bytes: 2_000_000 });
  const large = 'y'.repeat(8_000);
  for (let piece = 0; piece < 1_000; piece += 1) body.write(String(piece % 10));
  for (let piece = 0; piece < 200; piece += 1) body.write(large);
  body.end('z');
  expect((await read).toString()).toBe(`${'0123456789'.repeat(100)}${large.repeat(200)}z`);
});

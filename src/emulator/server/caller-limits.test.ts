import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { AwsError } from '../http/aws-error.ts';
import { CallerLimits, DEFAULT_CALLER_LIMITS } from './caller-limits.ts';

/** A server that says `200`, or the status of the refusal, when the test lets it. */
let server: Server;
let limits: CallerLimits;
let now: number;
/** The answers that are held, and who waits for the next one. */
let held: ServerResponse[];
let arrived: PromiseWithResolvers<void>;

beforeAll(async () => {
  server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  now = 0;
  held = [];
  arrived = Promise.withResolvers();
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { 'x-address': address = '', 'x-key': key, 'x-hold': hold } = request.headers;
  const refusal = limits.enter(String(address), request, response) ?? identified(request, key);
  if (refusal !== undefined)
    response.writeHead(refusal.statusCode, refusal.headers).end(refusal.body.message);
  else if (hold === undefined) response.end();
  else held.push(response);
  arrived.resolve();
}

function identified(
  request: IncomingMessage,
  key: string | readonly string[] | undefined,
): AwsError | undefined {
  try {
    if (key !== undefined) limits.identify(request, String(key));
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}

function limit(options: Partial<typeof DEFAULT_CALLER_LIMITS>): void {
  limits = new CallerLimits({ ...DEFAULT_CALLER_LIMITS, ...options }, () => now);
}

function send(headers: Record<string, string>): Promise<IncomingMessage> {
  const { port } = server.address() as AddressInfo;
  return once(request({ port, host: '127.0.0.1', headers, agent: false }).end(), 'response').then(
    ([response]: IncomingMessage[]) => response as IncomingMessage,
  );
}

const status = async (headers: Record<string, string>): Promise<number | undefined> =>
  (await send(headers)).resume().statusCode;

test('one caller has so many requests at once, others have theirs, and an answer makes room', async () => {
  limit({ concurrency: 1 });
  const first = send({ 'x-address': '192.0.2.1', 'x-hold': '' });
  await arrived.promise;
  const refused = await send({ 'x-address': '192.0.2.1' });
  expect([refused.statusCode, refused.headers['retry-after'], await text(refused)]).toEqual([
    429,
    '1',
    'This server takes at most 1 requests of a caller at once.',
  ]);
  expect(await status({ 'x-address': '192.0.2.2' })).toBe(200);
  const [response] = held;
  const closed = response && once(response, 'close');
  response?.end();
  expect((await first).resume().statusCode).toBe(200);
  await closed;
  expect(await status({ 'x-address': '192.0.2.1' })).toBe(200);
});

test('one caller has so many requests a second, twice as many after a pause', async () => {
  limit({ requestsPerSecond: 2 });
  const burst = async (count: number): Promise<readonly (number | undefined)[]> => {
    const statuses = [];
    for (let n = 0; n < count; n += 1) statuses.push(await status({ 'x-address': '192.0.2.1' }));
    return statuses;
  };
  expect(await burst(5)).toEqual([200, 200, 200, 200, 429]);
  now += 1_000;
  expect(await burst(3)).toEqual([200, 200, 429]);
  now += 3_600_000;
  expect(await burst(5)).toEqual([200, 200, 200, 200, 429]);
});

test('a caller with a key is counted as his key: neither do others behind his address pay for it, nor he for them', async () => {
  limit({ requestsPerSecond: 1 });
  const alice = { 'x-address': '192.0.2.1', 'x-key': 'alice' };
  const bob = { 'x-address': '192.0.2.1', 'x-key': 'bob' };
  const statuses = [];
  for (const caller of [alice, alice, alice, bob, bob]) statuses.push(await status(caller));
  expect(statuses).toEqual([200, 200, 429, 200, 200]);
  // What Alice's refused request took, it took from the address.
  expect([await status({ 'x-address': '192.0.2.1' }), await status({ 'x-address': '192.0.2.1' })]).toEqual([
    200, 429,
  ]);
  expect(await status({ ...alice, 'x-address': '192.0.2.9' })).toBe(429);
});

test('all addresses of one IPv6 network are one caller', async () => {
  limit({ requestsPerSecond: 1 });
  const statuses = [];
  for (const address of ['2001:db8::1', '2001:db8:0:0:ffff::2', '2001:db8::3', '2001:db8:0:1::1']) {
    statuses.push(await status({ 'x-address': address }));
  }
  expect(statuses).toEqual([200, 200, 429, 200]);
});

test('a request that takes too long is answered so, and whatever works on it sees the caller gone', async () => {
  limit({ requestMs: 20, concurrency: 1 });
  const late = await send({ 'x-address': '192.0.2.1', 'x-hold': '' });
  const [response] = held;
  if (response?.closed === false) await once(response, 'close');
  expect([late.statusCode, late.headers['x-amzn-errortype'], await text(late)]).toEqual([
    504,
    'RequestTimeoutException',
    '{"message":"The request took longer than this server allows."}',
  ]);
  expect(await status({ 'x-address': '192.0.2.1' })).toBe(200);
});

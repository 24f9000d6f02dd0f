import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { signRequest } from '../signature/sign-request.ts';
import { issueForTest } from '../transport/mqtt/certificates.test-support.ts';
import { readRetainedFromIotCore } from './read-retained-from-iot-core.ts';

const CREDENTIALS = { accessKeyId: 'ASIA1', secretAccessKey: 'secret', sessionToken: 'token' };
const TOPIC = 'llx/v1/arn:aws:lambda:us-east-1:000000000000:function:f/presence/default';

type Asked = { url: string | undefined; authorization: string | undefined; date: string; token: unknown };

let server: Server;
let ca: string;
let asked: Asked[];
let answer: { status: number; body: string };

beforeEach(async () => {
  const certificates = await issueForTest();
  ca = certificates.ca;
  asked = [];
  server = createServer({ cert: certificates.cert, key: certificates.key }, (request, response) => {
    const { authorization, 'x-amz-date': date, 'x-amz-security-token': token } = request.headers;
    asked.push({ url: request.url, authorization, date: String(date), token });
    response.writeHead(answer.status).end(answer.body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  server.close();
  server.closeAllConnections();
});

function reader(options: { ca?: string | undefined } = { ca }) {
  const endpoint = `localhost:${(server.address() as AddressInfo).port}`;
  const read = readRetainedFromIotCore({
    endpoint,
    region: 'us-east-1',
    credentials: async () => CREDENTIALS,
    ...options,
  });
  return { endpoint, read: (signal = AbortSignal.timeout(5_000)) => read(TOPIC, signal) };
}

test('a retained message is read by a signed request for the topic', async () => {
  answer = { status: 200, body: JSON.stringify({ payload: Buffer.from('hello').toString('base64') }) };
  const { read, endpoint } = reader();
  expect(Buffer.from((await read()) ?? []).toString()).toBe('hello');
  const [request] = asked;
  const path = `/retainedMessage/${encodeURIComponent(TOPIC)}`;
  const [, y, mo, d, h, mi, s] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(request?.date ?? '') ?? [];
  const signed = signRequest({
    method: 'GET',
    url: `https://${endpoint}${path}`,
    service: 'iotdata',
    region: 'us-east-1',
    credentials: CREDENTIALS,
    now: new Date(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`),
  });
  expect(request).toEqual({
    url: path,
    authorization: signed.authorization,
    date: signed['x-amz-date'],
    token: 'token',
  });
});

test('a topic without a retained message is known to have none', async () => {
  answer = { status: 404, body: '{}' };
  expect(await reader().read()).toBeUndefined();
});

test('where it is denied it is asked once; any other failure is asked again', async () => {
  const { read } = reader();
  answer = { status: 500, body: '' };
  await expect(read()).rejects.toThrow('expected 200 or 404 of GetRetainedMessage, got 500');
  answer = { status: 403, body: '{}' };
  await expect(read()).rejects.toThrow('got 403');
  await expect(read()).rejects.toThrow('got 403');
  expect(asked).toHaveLength(2);
});

test('an answer that is too large or no message is not taken', async () => {
  const { read } = reader();
  answer = { status: 200, body: JSON.stringify({ payload: 'x'.repeat(300 * 1024) }) };
  await expect(read()).rejects.toThrow('too large');
  answer = { status: 200, body: '{"topic":"a"}' };
  await expect(read()).rejects.toThrow('expected a payload');
});

test('a server that is not trusted is told nothing', async () => {
  answer = { status: 404, body: '' };
  await expect(reader({}).read()).rejects.toThrow(/certificate/);
  expect(asked).toEqual([]);
});

test('its signal ends it', async () => {
  await expect(reader().read(AbortSignal.abort())).rejects.toThrow(/abort/i);
});

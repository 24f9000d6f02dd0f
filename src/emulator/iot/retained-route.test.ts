import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEVELOPMENT_KEY } from '../../signature/development-key.ts';
import { type ApiServer, createApiServer } from '../http/api-server.ts';
import { signedFetch } from '../http/signed-fetch.test-support.ts';
import { openAccess } from '../lambda/lambda.test-support.ts';
import { readRetainedOverHttp } from '../lambda/stub-host/read-retained-over-http.ts';
import { addRetainedRoute } from './retained-route.ts';

let api: ApiServer;
let url: string;

const topic = 'llx/1/state/a b+ü%2F';
const payload = Buffer.of(0, 1, 0xff);

beforeEach(async () => {
  api = createApiServer({ host: '127.0.0.1', port: 0 });
  const broker = {
    retained: async (asked: string) => {
      if (asked === 'broken') throw new Error('the broker is closed');
      return asked === topic ? payload : undefined;
    },
  };
  addRetainedRoute(api.app, broker, {
    access: openAccess(),
    arnPrefix: 'arn:aws:iot:us-east-1:000000000000',
  });
  url = (await api.listen()).url;
});

afterEach(() => api.close());

test('a retained message is answered as IoT Core does', async () => {
  const response = await signedFetch(`${url}/retainedMessage/${encodeURIComponent(topic)}`, {
    service: 'iotdata',
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    topic,
    payload: 'AAH/',
    qos: 1,
    lastModifiedTime: expect.any(Number),
  });
});

test('a topic without one is not found', async () => {
  const response = await signedFetch(`${url}/retainedMessage/none`, { service: 'iotdata' });
  expect([response.status, response.headers.get('x-amzn-errortype'), await response.json()]).toEqual([
    404,
    'ResourceNotFoundException',
    { message: 'No retained message on topic none' },
  ]);
});

test('a stub reads it over HTTP: bytes, nothing, or an error', async () => {
  const read = readRetainedOverHttp(url, {
    region: 'us-east-1',
    credentials: async () => DEVELOPMENT_KEY,
  });
  const { signal } = new AbortController();
  expect(await read(topic, signal)).toEqual(payload);
  expect(await read('none', signal)).toBeUndefined();
  await expect(read('broken', signal)).rejects.toThrow('expected 200 or 404 of GetRetainedMessage, got 500');
});

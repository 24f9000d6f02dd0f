import { cbor } from '@smithy/core/cbor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEVELOPMENT_KEY } from '../../signature/development-key.ts';
import { Identities } from '../identity/identities.ts';
import { RequestAccess } from '../identity/request-access.ts';
import type { ApiService, OperationCall } from './api-operation.ts';
import { type ApiServer, createApiServer } from './api-server.ts';
import { AwsError } from './aws-error.ts';
import { ServiceRouter } from './service-router.ts';
import { addServiceRoutes } from './service-routes.ts';
import { type SignedFetch, signedFetch } from './signed-fetch.test-support.ts';

let api: ApiServer;
let url: string;
let calls: Pick<OperationCall, 'path' | 'input'>[];
let defects: unknown[];

const WHEN = new Date('2026-11-21T09:30:00.500Z');

const operations: ApiService['operations'] = [
  {
    name: 'Put',
    route: { method: 'PUT', path: '/2015-03-31/things/{Name}' },
    support: 'supported',
    handle({ path, input, query }) {
      calls.push({ path, input });
      return { status: 201, output: { when: WHEN, bytes: Buffer.from('ab'), marker: query.get('Marker') } };
    },
  },
  {
    name: 'Nothing',
    route: { method: 'DELETE', path: '/2015-03-31/things/{Name}' },
    support: 'supported',
    handle: () => ({ status: 204 }),
  },
  {
    name: 'Fail',
    route: { method: 'POST', path: '/2015-03-31/fail' },
    support: 'supported',
    handle() {
      throw new AwsError(404, 'NotThere', { message: 'no' }, { 'x-amzn-query-error': 'Old.NotThere;Sender' });
    },
  },
  {
    name: 'Break',
    route: { method: 'POST', path: '/2015-03-31/break' },
    support: 'supported',
    handle() {
      throw new Error('a secret of the inside');
    },
  },
  {
    name: 'Denied',
    route: { method: 'POST', path: '/2015-03-31/denied' },
    support: 'supported',
    handle({ authorize }) {
      authorize('lambda:Denied', '*');
      return {};
    },
  },
  { name: 'Later', route: { method: 'POST', path: '/2015-03-31/later' }, support: 'refused' },
];

const services: readonly ApiService[] = [
  { name: 'lambda', title: 'AWS Lambda', operations },
  { name: 'sqs', title: 'Amazon SQS', target: 'AmazonSQS', jsonVersion: '1.0', operations },
  { name: 'logs', title: 'Logs', target: 'Logs_20140328', jsonVersion: '1.1', operations },
];

const BOB = { accessKeyId: 'AKIABOB', secretAccessKey: 'of bob' };

beforeEach(async () => {
  calls = [];
  defects = [];
  const identities = new Identities({
    account: '000000000000',
    region: 'us-east-1',
    functions: [],
    developmentKey: true,
    iam: { users: { bob: { accessKeys: [{ id: BOB.accessKeyId, secret: BOB.secretAccessKey }] } } },
  });
  const access = new RequestAccess(identities);
  const router = new ServiceRouter(services, { access, onDefect: (error) => defects.push(error) });
  api = createApiServer({ host: '127.0.0.1', port: 0 });
  addServiceRoutes(api, async () => ({
    router,
    urls: { handle: (request, response) => void response.end(`the door of ${request.headers.host}`) },
    metricsText: () => ({ contentType: 'text/plain', text: 'up 1\n' }),
  }));
  url = (await api.listen()).url;
});

afterEach(() => api.close());

type Answer = { readonly status: number; readonly headers: Headers; readonly body: Uint8Array };

async function send(path: string, options: SignedFetch = {}): Promise<Answer> {
  const response = await signedFetch(`${url}${path}`, options);
  expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  return {
    status: response.status,
    headers: response.headers,
    body: new Uint8Array(await response.arrayBuffer()),
  };
}

const textOf = ({ body }: Answer): string => Buffer.from(body).toString();

describe('REST', () => {
  test('an operation is found by method and path, and answers with its own status', async () => {
    const answer = await send('/2015-03-31/things/a%2Fb?Marker=m', { method: 'PUT', body: '{"a":1}' });
    expect([answer.status, answer.headers.get('content-type'), JSON.parse(textOf(answer))]).toEqual([
      201,
      'application/json',
      { when: 1795253400.5, bytes: 'YWI=', marker: 'm' },
    ]);
    expect(calls).toEqual([{ path: { Name: 'a/b' }, input: { a: 1 } }]);
  });

  test('an answer without members has no body', async () => {
    const answer = await send('/2015-03-31/things/a', { method: 'DELETE' });
    expect([answer.status, textOf(answer)]).toEqual([204, '']);
  });

  test.each([
    ['an error has its code in a header', '/2015-03-31/fail', 404, 'NotThere', { message: 'no' }],
    [
      'a defect tells nothing of the inside',
      '/2015-03-31/break',
      500,
      'ServiceException',
      { Type: 'Service', Message: 'The emulator failed: its own output says why.' },
    ],
    [
      'what is refused is named',
      '/2015-03-31/later',
      501,
      'NotImplementedException',
      { Type: 'User', Message: "llx's emulator does not implement Later of AWS Lambda" },
    ],
    [
      'what nobody knows is named by its path',
      '/2015-03-31/unknown',
      501,
      'NotImplementedException',
      { Type: 'User', Message: "llx's emulator does not implement POST /2015-03-31/unknown" },
    ],
  ])('%s', async (_, path, status, type, body) => {
    const answer = await send(path, { method: 'POST' });
    expect([answer.status, answer.headers.get('x-amzn-errortype'), JSON.parse(textOf(answer))]).toEqual([
      status,
      type,
      body,
    ]);
    expect(defects).toHaveLength(status === 500 ? 1 : 0);
  });

  test.each(['{', '[1]', '"text"', 'null'])('a body that is %s is no request', async (body) => {
    const answer = await send('/2015-03-31/things/a', { method: 'PUT', body });
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([
      400,
      'InvalidRequestContentException',
    ]);
    expect(calls).toEqual([]);
  });
});

describe('JSON', () => {
  const target = (name: string, options: Partial<SignedFetch> = {}): Promise<Answer> =>
    send('/', {
      method: 'POST',
      headers: { 'x-amz-target': name },
      body: '{}',
      service: name.startsWith('Logs') ? 'logs' : 'sqs',
      ...options,
    });

  test.each([
    ['AmazonSQS', '1.0'],
    ['Logs_20140328', '1.1'],
  ])('an operation of %s is found by its target', async (prefix, version) => {
    const answer = await target(`${prefix}.Put`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      201,
      `application/x-amz-json-${version}`,
    ]);
    expect(textOf(await target(`${prefix}.Denied`))).toBe('{}');
  });

  test('an error has its code in the body, and that of the query protocol in a header', async () => {
    const answer = await target('AmazonSQS.Fail');
    expect([answer.status, answer.headers.get('x-amzn-query-error'), JSON.parse(textOf(answer))]).toEqual([
      404,
      'Old.NotThere;Sender',
      { __type: 'NotThere', message: 'no' },
    ]);
  });

  test('an operation that the service does not have is named, one of no service too', async () => {
    expect(JSON.parse(textOf(await target('AmazonSQS.Fly')))).toMatchObject({
      Message: "llx's emulator does not implement Fly of Amazon SQS",
    });
    const answer = await target('DynamoDB_20120810.GetItem');
    expect([answer.status, JSON.parse(textOf(answer))]).toMatchObject([
      501,
      { Message: "llx's emulator does not implement DynamoDB_20120810.GetItem" },
    ]);
  });

  test('a signature for another service is refused before anything is read', async () => {
    const answer = await target('AmazonSQS.Put', { service: 'logs' });
    expect([answer.status, JSON.parse(textOf(answer)).__type]).toEqual([403, 'InvalidSignatureException']);
    expect(calls).toEqual([]);
  });
});

test('rpc-v2-cbor is spoken, too: timestamps are tagged, errors are maps', async () => {
  const ask = async (name: string): Promise<Answer> =>
    await send(`/service/AmazonSQS/operation/${name}`, {
      method: 'POST',
      headers: { 'smithy-protocol': 'rpc-v2-cbor' },
      body: cbor.serialize({ when: { a: 1 } }),
      service: 'sqs',
    });
  const answer = await ask('Put');
  expect([answer.status, answer.headers.get('smithy-protocol')]).toEqual([201, 'rpc-v2-cbor']);
  expect(cbor.deserialize(answer.body)).toMatchObject({ when: { tag: 1, value: 1795253400.5 } });
  expect(calls).toEqual([{ path: {}, input: { when: { a: 1 } } }]);
  expect(cbor.deserialize((await ask('Fail')).body)).toMatchObject({ __type: 'NotThere', message: 'no' });
});

test('whoever may not is told so', async () => {
  const ask = (credentials = DEVELOPMENT_KEY): Promise<Answer> =>
    send('/2015-03-31/denied', { method: 'POST', credentials });
  expect((await ask()).status).toBe(200);
  const answer = await ask(BOB);
  expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([403, 'AccessDeniedException']);
});

test('metrics need no signature', async () => {
  const response = await fetch(`${url}/metrics`);
  expect([response.status, await response.text()]).toEqual([200, 'up 1\n']);
});

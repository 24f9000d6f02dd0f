import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { LAMBDA } from '../../protocol/limits.ts';
import { RuntimeApi, type RuntimeApiListener } from './runtime-api.ts';

const PREFIX = '/2018-06-01/runtime';
const ID = '6f1c0d5e-8a53-4b1e-9f57-0d1f6a2b3c4d';
const ACCEPTED = { status: 202, body: { status: 'OK' } };

const apis: RuntimeApi[] = [];
afterEach(() => {
  for (const api of apis.splice(0)) api.close();
});

type Said = readonly [keyof RuntimeApiListener, ...unknown[]];

async function start(settings: Partial<RuntimeApiListener> = {}): Promise<{
  readonly api: RuntimeApi;
  readonly said: Said[];
  readonly address: string;
}> {
  const said: Said[] = [];
  const api = new RuntimeApi({
    onReady: () => said.push(['onReady']),
    onInitError: (errorType, payload) => said.push(['onInitError', errorType, String(payload)]),
    onResponse: (payload) => said.push(['onResponse', String(payload)]),
    onOversize: () => said.push(['onOversize']),
    onError: (errorType, payload) => said.push(['onError', errorType, String(payload)]),
    onStream: (contentType) => said.push(['onStream', contentType]),
    onChunk: async (chunk) => {
      said.push(['onChunk', String(chunk)]);
    },
    onStreamEnd: (error) => said.push(['onStreamEnd', error && [error.errorType, String(error.payload)]]),
    ...settings,
  });
  apis.push(api);
  return { api, said, address: await api.listen() };
}

const INVOCATION = {
  requestId: ID,
  invocationId: 'attempt-1',
  deadlineMs: 1_800_000_000_000,
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:orders:live',
  event: Buffer.from('{"a":1}'),
};

async function post(
  address: string,
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`http://${address}${PREFIX}${path}`, { method: 'POST', body, headers });
  return { status: response.status, body: await response.json() };
}

const next = (address: string): Promise<Response> => fetch(`http://${address}${PREFIX}/invocation/next`);

describe('next', () => {
  it('waits for an invocation, and tells all about it in headers', async () => {
    const { api, said, address } = await start();
    const polled = next(address);
    const facts = {
      traceId: 'Root=1',
      clientContext: { custom: 'ü👋' },
      identity: { cognitoIdentityId: 'x' },
    };
    api.offer({ ...INVOCATION, ...facts });
    const response = await polled;
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': ID,
      'lambda-runtime-invocation-id': 'attempt-1',
      'lambda-runtime-deadline-ms': '1800000000000',
      'lambda-runtime-invoked-function-arn': INVOCATION.invokedFunctionArn,
      'lambda-runtime-trace-id': 'Root=1',
      'lambda-runtime-client-context': '{"custom":"\\u00fc\\ud83d\\udc4b"}',
      'lambda-runtime-cognito-identity': '{"cognitoIdentityId":"x"}',
    });
    expect(await response.text()).toBe('{"a":1}');
    expect(said).toEqual([['onReady']]);
  });

  it('leaves out the headers of what is absent', async () => {
    const { api, address } = await start();
    api.offer(INVOCATION);
    const { headers } = await next(address);
    expect([...headers.keys()].filter((name) => name.startsWith('lambda-'))).toEqual([
      'lambda-runtime-aws-request-id',
      'lambda-runtime-deadline-ms',
      'lambda-runtime-invocation-id',
      'lambda-runtime-invoked-function-arn',
    ]);
  });

  it('may be asked twice: the first that waits gets the invocation', async () => {
    const { api, said, address } = await start();
    const first = next(address);
    const second = next(address);
    api.offer(INVOCATION);
    const response = await Promise.race([first, second]);
    await post(address, `/invocation/${ID}/response`, '1');
    api.offer({ ...INVOCATION, requestId: 'another' });
    const ids = (await Promise.all([first, second])).map(({ headers }) =>
      headers.get('lambda-runtime-aws-request-id'),
    );
    expect(response.headers.get('lambda-runtime-aws-request-id')).toBe(ID);
    expect(ids.toSorted()).toEqual([ID, 'another']);
    expect(said).toEqual([['onReady'], ['onResponse', '1']]);
  });
});

describe('an answer', () => {
  async function running(settings?: Partial<RuntimeApiListener>): Promise<{
    readonly address: string;
    readonly said: Said[];
    readonly api: RuntimeApi;
  }> {
    const started = await start(settings);
    started.api.offer(INVOCATION);
    await next(started.address);
    started.said.length = 0;
    return started;
  }

  it('is accepted once', async () => {
    const { address, said } = await running();
    expect(await post(address, `/invocation/${ID}/response`, '"yes"')).toEqual(ACCEPTED);
    expect(await post(address, `/invocation/${ID}/response`, '"again"')).toEqual({
      status: 403,
      body: { errorType: 'InvalidStateTransition', errorMessage: 'Invalid state transition' },
    });
    expect(said).toEqual([['onResponse', '"yes"']]);
  });

  it('of another request is refused', async () => {
    const { address, said } = await running();
    expect(await post(address, '/invocation/other/response', '1')).toEqual({
      status: 400,
      body: { errorType: 'InvalidRequestID', errorMessage: 'Invalid request ID' },
    });
    expect(said).toEqual([]);
  });

  it('of another attempt is refused', async () => {
    const { address, said } = await running();
    const headers = { 'Lambda-Runtime-Invocation-Id': 'attempt-0' };
    expect(await post(address, `/invocation/${ID}/response`, '1', headers)).toMatchObject({
      status: 400,
      body: { errorType: 'InvalidInvocationId' },
    });
    const right = { 'Lambda-Runtime-Invocation-Id': 'attempt-1' };
    expect(await post(address, `/invocation/${ID}/response`, '1', right)).toEqual(ACCEPTED);
    expect(said).toEqual([['onResponse', '1']]);
  });

  it('in a mode that there is not is refused', async () => {
    const { address } = await running();
    const headers = { 'Lambda-Runtime-Function-Response-Mode': 'dripping' };
    expect(await post(address, `/invocation/${ID}/response`, '1', headers)).toMatchObject({
      status: 400,
      body: { errorType: 'InvalidFunctionResponseMode' },
    });
  });

  it('larger than the limit is refused, and told', async () => {
    const { address, said } = await running();
    expect(await post(address, `/invocation/${ID}/response`, 'a'.repeat(LAMBDA.responseBytes + 1))).toEqual({
      status: 413,
      body: {
        errorType: 'RequestEntityTooLarge',
        errorMessage: 'Exceeded maximum allowed payload size (6291556 bytes).',
      },
    });
    expect(said).toEqual([['onOversize']]);
  });

  it.each([
    ['{"errorType":"OrderError","errorMessage":"x"}', {}, 'OrderError'],
    ['{}', { 'Lambda-Runtime-Function-Error-Type': 'Function.Broken' }, 'Function.Broken'],
    ['not json', { 'Lambda-Runtime-Function-Error-Type': 'Something' }, 'Runtime.Unknown'],
    ['', {}, 'Runtime.Unknown'],
  ])('may be an error: %s', async (body, headers, errorType) => {
    const { address, said } = await running();
    expect(await post(address, `/invocation/${ID}/error`, body, headers)).toEqual(ACCEPTED);
    expect(said).toEqual([['onError', errorType, body]]);
  });

  it.each([
    [undefined, undefined],
    [
      {
        'Lambda-Runtime-Function-Error-Type': 'Function.Broken',
        'Lambda-Runtime-Function-Error-Body': Buffer.from('{"errorMessage":"half"}').toString('base64'),
      },
      ['Function.Broken', '{"errorMessage":"half"}'],
    ],
  ])('may be a stream, with an error in its trailers: %j', async (trailers, expected) => {
    const { address, said } = await running();
    const status = await stream(address, ['one', 'two'], trailers);
    expect(status).toBe(202);
    // The chunks of HTTP have no meaning of their own: TCP may join them.
    const pieces = said.flatMap(([name, chunk]) => (name === 'onChunk' ? [chunk] : []));
    expect(pieces.join('')).toBe('onetwo');
    expect(said.filter(([name]) => name !== 'onChunk')).toEqual([
      ['onStream', 'text/plain'],
      ['onStreamEnd', expected],
    ]);
  });
});

describe('a failed init', () => {
  it('is told before the first next', async () => {
    const { address, said } = await start();
    expect(await post(address, '/init/error', '{"errorType":"Runtime.ImportModuleError"}')).toEqual(ACCEPTED);
    expect(said).toEqual([
      ['onInitError', 'Runtime.ImportModuleError', '{"errorType":"Runtime.ImportModuleError"}'],
    ]);
  });

  it('cannot come after it', async () => {
    const { api, address, said } = await start();
    api.offer(INVOCATION);
    await next(address);
    expect(await post(address, '/init/error', '{}')).toMatchObject({ status: 403 });
    expect(said).toEqual([['onReady']]);
  });
});

it('there is nothing else', async () => {
  const { address } = await start();
  for (const path of ['/', '/invocation', '/restore/next', '/invocation/next/']) {
    expect((await fetch(`http://${address}${PREFIX}${path}`)).status).toBe(404);
  }
});

it('ends every connection when it is closed', async () => {
  const { api, address } = await start();
  const polled = next(address);
  const refused = expect(polled).rejects.toThrow();
  api.close();
  await refused;
  api.close();
});

function stream(
  address: string,
  chunks: readonly string[],
  trailers: OutgoingHttpHeaders | undefined,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      `http://${address}${PREFIX}/invocation/${ID}/response`,
      {
        method: 'POST',
        headers: {
          'Content-Type': 'text/plain',
          'Lambda-Runtime-Function-Response-Mode': 'streaming',
          'Transfer-Encoding': 'chunked',
          ...(trailers ? { Trailer: Object.keys(trailers).join(', ') } : {}),
        },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    request.once('error', reject);
    for (const chunk of chunks) request.write(chunk);
    if (trailers) request.addTrailers(trailers);
    request.end();
  });
}

import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import {
  CreateFunctionUrlConfigCommand,
  DeleteFunctionUrlConfigCommand,
  type FunctionUrlConfig,
  GetFunctionUrlConfigCommand,
  LambdaClient,
  ListFunctionUrlConfigsCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AwsCredentials } from '../../../signature/credentials.ts';
import { DEVELOPMENT_KEY } from '../../../signature/development-key.ts';
import { signRequest } from '../../../signature/sign-request.ts';
import { echo, fail, LambdaWorld, START, type TestHandler } from '../invocations/invocations.test-support.ts';
import { failed, succeeded } from '../lambda.test-support.ts';

const FunctionName = 'orders';
const CALLER = { accessKeyId: 'AKIACALLER0000000000', secretAccessKey: 'the secret of the caller' };
const OTHER = { accessKeyId: 'AKIAOTHER00000000000', secretAccessKey: 'the secret of the other' };

let world: LambdaWorld;
let client: LambdaClient;

beforeEach(async () => {
  const keysOf = ({ accessKeyId, secretAccessKey }: AwsCredentials) => [
    { id: accessKeyId, secret: secretAccessKey },
  ];
  const root = { Effect: 'Allow' as const, Action: '*', Resource: '*' };
  world = await LambdaWorld.open({
    users: {
      admin: {
        accessKeys: keysOf(DEVELOPMENT_KEY),
        policies: [{ Version: '2012-10-17', Statement: [root] }],
      },
      caller: {
        accessKeys: keysOf(CALLER),
        policies: [
          {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'],
                Resource: '*',
              },
            ],
          },
        ],
      },
      other: { accessKeys: keysOf(OTHER) },
    },
  });
  client = new LambdaClient({
    endpoint: world.endpoint,
    region: 'us-east-1',
    credentials: DEVELOPMENT_KEY,
    maxAttempts: 1,
  });
});

afterEach(async () => {
  client.destroy();
  await world.close();
});

type Asked = {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
};

/** To a host that need not be in DNS; the answer’s head, its body is still to be read. */
function open(url: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<IncomingMessage> {
  const { host, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(world.endpoint);
    const path = pathname + search;
    const call = request(
      { hostname, port, path, method, headers: { host, ...headers }, agent: false },
      resolve,
    );
    call.once('error', reject);
    call.end(body);
  });
}

async function ask(
  url: string,
  asked?: Asked,
): Promise<{ status: number | undefined; headers: IncomingMessage['headers']; text: string }> {
  const answer = await open(url, asked);
  const text = (await buffer(answer)).toString();
  return { status: answer.statusCode, headers: answer.headers, text };
}

async function makePublic(name = 'orders'): Promise<void> {
  const arn = world.registry.arnOf({ name, qualifier: undefined });
  world.policies.add(name, undefined, {
    Sid: 'public',
    Effect: 'Allow',
    Action: 'lambda:InvokeFunctionUrl',
    Resource: arn,
    Principal: '*',
    Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } },
  });
}

async function createUrl(
  settings: Partial<ConstructorParameters<typeof CreateFunctionUrlConfigCommand>[0]> = {},
): Promise<string> {
  const command = new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE', ...settings });
  const { FunctionUrl } = await client.send(command);
  if (FunctionUrl === undefined) throw new Error('expected a URL');
  return FunctionUrl;
}

function byName(name = 'orders'): string {
  return `http://${name}.localhost:${new URL(world.endpoint).port}/`;
}

const answering =
  (value: unknown): TestHandler =>
  async () =>
    succeeded(Buffer.from(JSON.stringify(value)));

test('a URL is created, read, changed, listed and deleted; it stays the same when it is created again', async () => {
  world.deploy('orders', echo);
  const command = new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'AWS_IAM' });
  const { $metadata, ...created } = await client.send(command);
  expect($metadata.httpStatusCode).toBe(201);
  const { port } = new URL(world.endpoint);
  const config: FunctionUrlConfig = {
    FunctionUrl: expect.stringMatching(
      new RegExp(`^http://[a-z2-7]{32}\\.lambda-url\\.us-east-1\\.localhost:${port}/$`),
    ),
    FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:orders',
    AuthType: 'AWS_IAM',
    CreationTime: new Date(START).toISOString(),
    LastModifiedTime: new Date(START).toISOString(),
    InvokeMode: 'BUFFERED',
  };
  const { LastModifiedTime: _, ...made } = config;
  expect(created).toEqual(made);
  await expect(client.send(command)).rejects.toMatchObject({ name: 'ResourceConflictException' });
  const cors = { AllowOrigins: ['https://shop.example'], MaxAge: 60 };
  const update = { FunctionName, AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM', Cors: cors } as const;
  const updated = { ...config, AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM', Cors: cors };
  expect(await client.send(new UpdateFunctionUrlConfigCommand(update))).toMatchObject(updated);
  const get = new GetFunctionUrlConfigCommand({ FunctionName });
  expect(await client.send(get)).toMatchObject(updated);
  const { FunctionUrlConfigs } = await client.send(new ListFunctionUrlConfigsCommand({ FunctionName }));
  expect(FunctionUrlConfigs).toEqual([updated]);
  await client.send(new DeleteFunctionUrlConfigCommand({ FunctionName }));
  await expect(client.send(get)).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'The resource you requested does not exist.',
  });
  expect(await createUrl()).toBe(created.FunctionUrl);
});

test('a request is an event, its answer the handler’s, with the invocation’s request id', async () => {
  world.deploy(
    'orders',
    answering({ statusCode: 201, headers: { 'X-Own': 'yes' }, cookies: ['a=1'], body: 'hi' }),
  );
  await makePublic();
  const url = await createUrl();
  const answer = await ask(`${url}path?a=1`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain', 'x-llx-lane': 'alice' },
    body: 'hello',
  });
  expect({ status: answer.status, text: answer.text }).toEqual({ status: 201, text: 'hi' });
  const [call] = world.calls;
  expect(answer.headers).toMatchObject({
    'x-own': 'yes',
    'set-cookie': ['a=1'],
    'content-type': 'application/json',
    'content-length': '2',
    'x-amzn-requestid': call?.requestId,
  });
  expect(JSON.parse(Buffer.from(call?.event ?? []).toString())).toMatchObject({
    rawPath: '/path',
    rawQueryString: 'a=1',
    body: 'hello',
    headers: { host: new URL(url).host, 'x-llx-lane': 'alice' },
    requestContext: { domainName: new URL(url).host, requestId: call?.requestId, accountId: 'anonymous' },
  });
});

test('a body in chunks has its length in the event', async () => {
  world.deploy('orders', echo);
  await makePublic();
  const { text } = await ask(await createUrl(), {
    method: 'PUT',
    headers: { 'transfer-encoding': 'chunked', 'content-type': 'text/plain' },
    body: 'hello',
  });
  expect(JSON.parse(text)).toMatchObject({ body: 'hello', headers: { 'content-length': '5' } });
});

test('a function that fails is 502, and one without concurrency 429', async () => {
  world.deploy('orders', fail);
  await makePublic();
  const url = await createUrl();
  expect(await ask(url)).toMatchObject({ status: 502, text: 'Internal Server Error' });
  world.service.limits.reserve('orders', 0);
  expect(await ask(url)).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
});

test('a body above 6 MB is 413, and the function does not run', async () => {
  world.deploy('orders', echo);
  await makePublic();
  const body = Buffer.alloc(6 * 1024 * 1024 + 1);
  expect(await ask(await createUrl(), { method: 'POST', body })).toMatchObject({ status: 413 });
  expect(world.calls).toEqual([]);
});

test('HEAD has the head of the answer alone', async () => {
  world.deploy('orders', answering('hello'));
  await makePublic();
  expect(await ask(await createUrl(), { method: 'HEAD' })).toMatchObject({
    status: 200,
    headers: { 'content-length': '5' },
    text: '',
  });
});

test('a URL without a public policy is forbidden in AWS’s words, and the id of none is, too', async () => {
  world.deploy('orders', echo);
  const url = await createUrl();
  const forbidden = await ask(url);
  expect(forbidden.status).toBe(403);
  expect(forbidden.headers['x-amzn-errortype']).toBe('AccessDeniedException');
  expect(JSON.parse(forbidden.text)).toEqual({
    Message:
      'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
  });
  const unknown = await ask(url.replace(/\/\/[a-z0-9]+/, `//${'a'.repeat(32)}`));
  expect(unknown.status).toBe(403);
  expect(unknown.headers['x-amzn-errortype']).toBe('AccessDeniedException');
  expect(JSON.parse(unknown.text)).toEqual({ Message: null });
  expect(await ask(url.replace('us-east-1', 'eu-west-1'))).toMatchObject({ status: 403 });
  expect(world.calls).toEqual([]);
});

test('AWS_IAM wants a signature of somebody who may, and the event says who', async () => {
  world.deploy('orders', echo);
  await makePublic();
  const url = await createUrl({ AuthType: 'AWS_IAM' });
  const signed = (credentials: AwsCredentials): OutgoingHttpHeaders =>
    signRequest({
      method: 'GET',
      url,
      headers: { host: new URL(url).host },
      service: 'lambda',
      region: 'us-east-1',
      credentials,
    });
  expect(await ask(url)).toMatchObject({ status: 403 });
  expect(await ask(url, { headers: signed(OTHER) })).toMatchObject({ status: 403 });
  expect(await ask(url, { headers: signed({ ...CALLER, secretAccessKey: 'wrong' }) })).toMatchObject({
    status: 403,
  });
  expect(world.calls).toEqual([]);
  const { status, text } = await ask(url, { headers: signed(CALLER) });
  expect(status).toBe(200);
  expect(JSON.parse(text).requestContext.authorizer.iam).toMatchObject({
    accessKey: CALLER.accessKeyId,
    userArn: 'arn:aws:iam::000000000000:user/caller',
  });
});

test('a page of an allowed origin gets CORS headers, and its preflight does not reach the function', async () => {
  world.deploy('orders', echo);
  await makePublic();
  const origin = 'https://shop.example';
  const Cors = {
    AllowOrigins: [origin],
    AllowMethods: ['POST'],
    AllowHeaders: ['x-own'],
    ExposeHeaders: ['x-shown'],
    AllowCredentials: true,
    MaxAge: 60,
  };
  const url = await createUrl({ Cors });
  const asking = { origin, 'access-control-request-method': 'POST' };
  const preflight = await ask(url, { method: 'OPTIONS', headers: asking });
  expect(preflight).toMatchObject({
    status: 200,
    headers: {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'x-own',
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '60',
      vary: 'Origin',
    },
  });
  expect(world.calls).toEqual([]);
  expect(await ask(url, { method: 'POST', headers: { origin } })).toMatchObject({
    status: 200,
    headers: { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'x-shown' },
  });
});

test.each(['https://evil.example', 'null', 'https://shop.example.evil.example'])(
  'a page of %s does not reach a function whose URL does not allow it',
  async (origin) => {
    world.deploy('orders', echo);
    await makePublic();
    const url = await createUrl({ Cors: { AllowOrigins: ['https://shop.example'] } });
    expect(await ask(url, { method: 'POST', headers: { origin } })).toMatchObject({ status: 403 });
    expect(await ask(byName(), { method: 'POST', headers: { origin } })).toMatchObject({ status: 403 });
    expect(world.calls).toEqual([]);
  },
);

test('a link of another page leads to a function that has a URL, and to no other', async () => {
  world.deploy('orders', echo);
  const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  expect(await ask(byName(), { headers: link })).toMatchObject({ status: 403 });
  expect(world.calls).toEqual([]);
  await makePublic();
  const url = await createUrl();
  for (const to of [url, byName()]) expect(await ask(to, { headers: link })).toMatchObject({ status: 200 });
});

test('a page that this machine delivers is the developer’s own', async () => {
  world.deploy('orders', echo);
  expect(await ask(byName(), { method: 'POST', headers: { origin: 'http://localhost:5173' } })).toMatchObject(
    {
      status: 200,
    },
  );
});

test('every function is at its own name, however that is written, without a URL of its own', async () => {
  world.deploy('makeOrders', answering({ statusCode: 200, body: 'made' }));
  expect(await ask(byName('makeOrders'))).toMatchObject({ status: 200, text: 'made' });
  expect(await ask(byName('nobody'))).toMatchObject({ status: 403 });
});

test('at its name a function with a URL has the rules of its URL', async () => {
  world.deploy('orders', echo);
  await createUrl({ AuthType: 'AWS_IAM' });
  expect(await ask(byName())).toMatchObject({ status: 403 });
  expect(world.calls).toEqual([]);
});

test('at its name a function has the URL of its alias live, where it has none of its own', async () => {
  world.deploy('orders', echo);
  const at = { createdAt: START, lastModified: START };
  const url = {
    urlId: 'aliased',
    functionName: 'orders',
    invokeMode: 'BUFFERED',
    cors: undefined,
    ...at,
  } as const;
  world.urls.put({ ...url, qualifier: 'live', authType: 'AWS_IAM' });
  expect(await ask(byName())).toMatchObject({ status: 403 });
  expect(world.calls).toEqual([]);
  await createUrl();
  await makePublic();
  expect(await ask(byName())).toMatchObject({ status: 200 });
});

/** Streams these pieces, each when the last was taken. */
const streaming =
  (contentType: string, ...pieces: readonly (string | Buffer)[]): TestHandler =>
  async (_call, { stream }) => {
    stream?.onContentType(contentType);
    for (const piece of pieces) await stream?.onChunk(Buffer.from(piece));
    return { ...succeeded(new Uint8Array(0)), streamed: true };
  };

const PRELUDE = 'application/vnd.awslambda.http-integration-response';

test('a streamed answer begins before its handler has ended, with the head of its prelude', async () => {
  const begun = Promise.withResolvers<void>();
  world.deploy('orders', async (call, run) => {
    const head = JSON.stringify({ statusCode: 201, headers: { 'content-type': 'text/event-stream' } });
    await streaming(PRELUDE, head.slice(0, 5), head.slice(5), Buffer.alloc(8), 'one')(call, run);
    await begun.promise;
    await run.stream?.onChunk(Buffer.from('two'));
    return { ...succeeded(new Uint8Array(0)), streamed: true };
  });
  await makePublic();
  const answer = await open(await createUrl({ InvokeMode: 'RESPONSE_STREAM' }));
  expect(answer.statusCode).toBe(201);
  expect(answer.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'transfer-encoding': 'chunked',
  });
  begun.resolve();
  expect((await buffer(answer)).toString()).toBe('onetwo');
});

test('a stream without a prelude is a 200 of its type', async () => {
  world.deploy('orders', streaming('text/plain', 'one', 'two'));
  expect(await ask(byName())).toMatchObject({
    status: 200,
    headers: { 'content-type': 'text/plain' },
    text: 'onetwo',
  });
});

test('a prelude alone is an answer without a body', async () => {
  world.deploy('orders', streaming(PRELUDE, '{"statusCode":404}', Buffer.alloc(8)));
  expect(await ask(byName())).toMatchObject({ status: 404, text: '' });
});

test.each([
  ['that is no JSON', [`no${'\0'.repeat(8)}`]],
  ['without an end', ['{"statusCode":200}']],
])('a prelude %s is 502', async (_what, pieces) => {
  world.deploy('orders', async (call, run) => {
    try {
      return await streaming(PRELUDE, ...pieces)(call, run);
    } catch {
      // As the runtime ends a handler whose answer nobody takes.
      return failed('aborted');
    }
  });
  expect(await ask(byName())).toMatchObject({ status: 502, text: 'Internal Server Error' });
});

test('a stream that breaks off is no complete answer', async () => {
  world.deploy('orders', async (call, run) => {
    await streaming('text/plain', 'one')(call, run);
    return failed('handler');
  });
  const answer = await open(byName());
  await expect(buffer(answer)).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('a caller who hangs up ends a handler that streams', async () => {
  const ended = Promise.withResolvers<void>();
  world.deploy('orders', async (call, run) => {
    await streaming('text/plain', 'one')(call, run);
    return await new Promise((resolve) =>
      run.signal.addEventListener('abort', () => {
        ended.resolve();
        resolve(failed('aborted'));
      }),
    );
  });
  const answer = await open(byName());
  answer.destroy();
  await ended.promise;
});

test('where the URL is not to stream, a streaming handler’s answer is gathered, its prelude read', async () => {
  const prelude = Buffer.concat([Buffer.from('{"statusCode":202}'), Buffer.alloc(8), Buffer.from('all')]);
  world.deploy('orders', async (_call, { stream }) => {
    expect(stream).toBeUndefined();
    return { ...succeeded(prelude), streamed: true };
  });
  await makePublic();
  expect(await ask(await createUrl())).toMatchObject({
    status: 202,
    headers: { 'content-length': '3' },
    text: 'all',
  });
});

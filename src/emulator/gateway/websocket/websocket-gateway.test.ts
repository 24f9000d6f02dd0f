import { once } from 'node:events';
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { DEVELOPMENT_KEY } from '../../../signature/development-key.ts';
import { isObject } from '../../json-object.ts';
import type { CallerLimitOptions } from '../../server/caller-limits.ts';
import type { ApiDefinition, GatewayRoute } from '../api-definition.ts';
import {
  type GatewayWorld,
  openGatewayWorld,
  routeTo,
  START,
  type TestHandler,
} from '../gateway.test-support.ts';

let world: GatewayWorld;
const sockets: WebSocket[] = [];
const clients: ApiGatewayManagementApiClient[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  for (const client of clients.splice(0)) client.destroy();
  await world.close();
});

async function open(
  routes: readonly GatewayRoute[],
  handler: TestHandler = () => ({ statusCode: 200 }),
  limits?: Partial<CallerLimitOptions>,
  domain?: string,
): Promise<void> {
  const api: ApiDefinition = {
    id: 'chatapi123',
    name: 'Chat',
    protocol: 'WEBSOCKET',
    stages: [{ name: 'prod' }],
    routes,
    routeSelectionExpression: '$request.body.action',
  };
  world = await openGatewayWorld([api], undefined, domain, limits);
  world.deploy('orders', handler);
}

function keep(socket: WebSocket): WebSocket {
  // Of one that was refused, when it is ended.
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}

/** By the path, for Node.js resolves no names below localhost. */
function socketTo(query = '', protocols: string[] = []): WebSocket {
  const url = `ws://127.0.0.1:${world.port}/_aws/execute-api/chatapi123/prod${query}`;
  const socket = new WebSocket(url, protocols, { headers: { 'user-agent': 'test' } });
  return keep(socket);
}

async function connected(query?: string): Promise<WebSocket> {
  const socket = socketTo(query);
  await once(socket, 'open');
  return socket;
}

async function nextMessage(socket: WebSocket): Promise<string> {
  const [data] = await once(socket, 'message');
  return String(data);
}

async function refusal(socket: WebSocket): Promise<number | undefined> {
  const [, response] = await once(socket, 'unexpected-response');
  response.resume();
  return response.statusCode;
}

function management(): ApiGatewayManagementApiClient {
  const client = new ApiGatewayManagementApiClient({
    endpoint: `http://127.0.0.1:${world.port}/_aws/execute-api/chatapi123/prod`,
    region: 'us-east-1',
    credentials: DEVELOPMENT_KEY,
    maxAttempts: 1,
  });
  clients.push(client);
  return client;
}

function connectionIdOf(index: number): string {
  return String(contextOf(index).connectionId);
}

function contextOf(index: number): Record<string, unknown> {
  return { ...(world.events[index]?.requestContext ?? {}) };
}

test('connecting, messages and leaving invoke the routes, each with its event', async () => {
  await open([routeTo('$connect'), routeTo('$disconnect'), routeTo('send'), routeTo('$default')]);
  const socket = await connected('?room=7&room=8');
  socket.send('{"action":"send","text":"hello"}');
  await world.invoked(2);
  socket.send('no JSON');
  await world.invoked(3);
  socket.close(1000, 'bye');
  await world.invoked(4);
  const domainName = `127.0.0.1:${world.port}/_aws/execute-api/chatapi123`;
  const common = {
    extendedRequestId: expect.any(String),
    requestTime: '21/Nov/2026:10:00:00 +0000',
    messageDirection: 'IN',
    stage: 'prod',
    connectedAt: START,
    requestTimeEpoch: START,
    identity: { userAgent: 'test', sourceIp: '127.0.0.1' },
    requestId: expect.any(String),
    domainName,
    connectionId: expect.stringMatching(/^[\w-]{15}=$/),
    apiId: 'chatapi123',
  };
  expect(world.events).toEqual([
    {
      headers: expect.objectContaining({
        'user-agent': 'test',
        'X-Forwarded-For': '127.0.0.1',
      }),
      multiValueHeaders: expect.objectContaining({ 'user-agent': ['test'] }),
      queryStringParameters: { room: '8' },
      multiValueQueryStringParameters: { room: ['7', '8'] },
      requestContext: { ...common, routeKey: '$connect', eventType: 'CONNECT' },
      isBase64Encoded: false,
    },
    {
      requestContext: { ...common, routeKey: 'send', eventType: 'MESSAGE', messageId: expect.any(String) },
      body: '{"action":"send","text":"hello"}',
      isBase64Encoded: false,
    },
    {
      requestContext: {
        ...common,
        routeKey: '$default',
        eventType: 'MESSAGE',
        messageId: expect.any(String),
      },
      body: 'no JSON',
      isBase64Encoded: false,
    },
    {
      requestContext: {
        ...common,
        routeKey: '$disconnect',
        eventType: 'DISCONNECT',
        disconnectStatusCode: 1000,
        disconnectReason: 'bye',
      },
      isBase64Encoded: false,
    },
  ]);
  expect(new Set([0, 1, 2, 3].map(connectionIdOf)).size).toBe(1);
});

test.each([
  ['refuses', () => ({ statusCode: 403 }), 403],
  ['fails', () => Promise.reject(new Error('the inside')), 502],
  ['answers nothing', () => undefined, 502],
])('nobody is connected when the function behind $connect %s', async (_, handler, status) => {
  await open([routeTo('$connect'), routeTo('$disconnect')], handler);
  expect(await refusal(socketTo())).toBe(status);
  expect(world.events).toHaveLength(1);
});

test('a client that goes while the function behind $connect runs is told of by $disconnect', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await open([routeTo('$connect'), routeTo('$disconnect')], async () => {
    await promise;
    return { statusCode: 200 };
  });
  const socket = socketTo();
  await world.invoked(1);
  socket.terminate();
  // The server hears of it before it answers this.
  expect((await world.ask(`${world.endpoint}/_aws/execute-api/nothing/`)).status).toBe(404);
  resolve();
  await world.invoked(2);
  expect(contextOf(1)).toMatchObject({ eventType: 'DISCONNECT', disconnectStatusCode: 1006 });
  expect(connectionIdOf(1)).toBe(connectionIdOf(0));
});

test('the function behind $connect chooses the sub-protocol', async () => {
  await open([routeTo('$connect')], () => ({
    statusCode: 200,
    headers: { 'Sec-WebSocket-Protocol': 'two' },
  }));
  const socket = socketTo('', ['one', 'two']);
  await once(socket, 'open');
  expect(socket.protocol).toBe('two');
});

test('an authorizer decides who connects, and what it said is in every event', async () => {
  const authorizer = {
    name: 'users',
    type: 'REQUEST',
    target: 'authorizer',
    payloadFormat: '1.0',
    simpleResponses: false,
    identitySources: ['route.request.querystring.token'],
    ttlSeconds: 0,
  } as const;
  await open([routeTo('$connect', { authorizer }), routeTo('$default')]);
  world.deploy('authorizer', ({ methodArn }) => ({
    principalId: 'alice',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: methodArn }],
    },
    context: { tenant: 7 },
  }));
  expect(await refusal(socketTo())).toBe(401);
  const socket = await connected('?token=good');
  socket.send('hello');
  await world.invoked(3);
  expect([contextOf(1).authorizer, contextOf(2).authorizer]).toEqual([
    { principalId: 'alice', tenant: '7' },
    { principalId: 'alice', tenant: '7' },
  ]);
});

test('a route that answers gives the body of its function’s answer to the client; any other keeps it', async () => {
  await open([routeTo('ask', { answers: true }), routeTo('tell')], () => ({
    statusCode: 200,
    body: 'heard',
  }));
  const socket = await connected();
  const message = nextMessage(socket);
  socket.send('{"action":"tell"}');
  socket.send('{"action":"ask"}');
  expect(await message).toBe('heard');
});

test('the client is told when no route takes its message, and when a function fails', async () => {
  await open([routeTo('fail')], () => {
    throw new Error('the inside');
  });
  const socket = await connected();
  socket.send('{"action":"$connect"}');
  expect(JSON.parse(await nextMessage(socket))).toEqual({
    message: 'Forbidden',
    connectionId: expect.any(String),
    requestId: expect.any(String),
  });
  socket.send('{"action":"fail"}');
  expect(JSON.parse(await nextMessage(socket))).toMatchObject({ message: 'Internal server error' });
});

test('AWS’s own client sends to a connection, asks about it and ends it; one that has gone is gone', async () => {
  await open([routeTo('$connect')]);
  const socket = await connected();
  const client = management();
  const ConnectionId = connectionIdOf(0);
  const message = nextMessage(socket);
  await client.send(new PostToConnectionCommand({ ConnectionId, Data: 'hello' }));
  expect(await message).toBe('hello');
  const { $metadata: _, ...found } = await client.send(new GetConnectionCommand({ ConnectionId }));
  expect(found).toEqual({
    ConnectedAt: new Date(START),
    LastActiveAt: new Date(START),
    Identity: { SourceIp: '127.0.0.1', UserAgent: 'test' },
  });
  const closed = once(socket, 'close');
  await client.send(new DeleteConnectionCommand({ ConnectionId }));
  expect((await closed)[0]).toBe(1000);
  await expect(client.send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }))).rejects.toThrow(
    GoneException,
  );
});

test('@connections is for those who sign, and takes 128 KB', async () => {
  await open([routeTo('$connect')]);
  await connected();
  const path = `/_aws/execute-api/chatapi123/prod/@connections/${encodeURIComponent(connectionIdOf(0))}`;
  const unsigned = await world.ask(`${world.endpoint}${path}`, { method: 'POST', body: 'x' });
  expect([unsigned.status, unsigned.text]).toEqual([403, '{"message":"Missing Authentication Token"}']);
  const tooLarge = new PostToConnectionCommand({
    ConnectionId: connectionIdOf(0),
    Data: Buffer.alloc(128 * 1024 + 1),
  });
  await expect(management().send(tooLarge)).rejects.toMatchObject({ name: 'PayloadTooLargeException' });
});

test('an idle connection ends after ten minutes, a busy one after two hours', async () => {
  await open([routeTo('$default', { answers: true })], () => ({ statusCode: 200, body: 'heard' }));
  const idle = await connected();
  const closed = once(idle, 'close');
  world.clock.advance(10 * 60_000);
  expect((await closed)[0]).toBe(1001);
  const busy = await connected();
  const ended = once(busy, 'close');
  for (let minutes = 0; minutes < 120; minutes += 9) {
    const heard = nextMessage(busy);
    busy.send('x');
    await heard;
    world.clock.advance(9 * 60_000);
  }
  expect((await ended)[0]).toBe(1001);
});

test('binary messages and those above 128 KB end the connection', async () => {
  await open([routeTo('$default')]);
  const statusAfter = async (data: Buffer | string): Promise<unknown> => {
    const socket = await connected();
    const closed = once(socket, 'close');
    socket.send(data);
    return (await closed)[0];
  };
  expect(await statusAfter(Buffer.from('x'))).toBe(1003);
  expect(await statusAfter('x'.repeat(128 * 1024 + 1))).toBe(1009);
  expect(world.events).toEqual([]);
});

test('pages of other origins get no connection', async () => {
  await open([routeTo('$connect')]);
  const url = `ws://127.0.0.1:${world.port}/_aws/execute-api/chatapi123/prod`;
  const socket = new WebSocket(url, { origin: 'https://evil.example' });
  expect(await refusal(keep(socket))).toBe(403);
  expect(world.events).toEqual([]);
});

test('pages are connected at the hosts of a server’s domain, as on AWS, but not below the path of AWS’s API', async () => {
  await open([routeTo('$connect')], undefined, {}, 'example.org');
  const pageAt = (host: string, path: string): WebSocket => {
    const url = `ws://127.0.0.1:${world.port}${path}`;
    return keep(new WebSocket(url, { origin: 'https://other.example', headers: { host } }));
  };
  expect(await refusal(pageAt('example.org', '/_aws/execute-api/chatapi123/prod'))).toBe(403);
  await once(pageAt('chatapi123.execute-api.example.org', '/prod'), 'open');
  expect(world.events).toHaveLength(1);
});

test.each([
  ['POST', {}, 405],
  ['GET', { 'sec-websocket-key': 'short' }, 400],
  ['GET', { 'sec-websocket-version': '12' }, 426],
  ['GET', { 'sec-websocket-protocol': 'one, one' }, 400],
])('what is no handshake (%s %j) is refused before a function is asked', async (method, headers, status) => {
  await open([routeTo('$connect'), routeTo('$disconnect')]);
  const url = `${world.endpoint}/_aws/execute-api/chatapi123/prod`;
  const handshake = {
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    'sec-websocket-version': '13',
    ...headers,
  };
  expect((await world.ask(url, { method, headers: handshake })).status).toBe(status);
  expect(world.events).toEqual([]);
});

test('an open WebSocket counts as a request of its caller until it is over', async () => {
  await open([routeTo('$connect')], undefined, { concurrency: 1 });
  const socket = await connected();
  expect(await refusal(socketTo())).toBe(429);
  const closed = once(socket, 'close');
  socket.close();
  await closed;
  // The client may hear of the end before the server does.
  const nothing = `${world.endpoint}/_aws/execute-api/nothing/`;
  while ((await world.ask(nothing)).status === 429);
  await connected();
});

test('a server that drains sends its clients away, and waits for the functions that are to know', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const isLeaving = (context: unknown): boolean => isObject(context) && context.eventType === 'DISCONNECT';
  await open([routeTo('$connect'), routeTo('$disconnect')], async ({ requestContext }) => {
    if (isLeaving(requestContext)) await promise;
    return { statusCode: 200 };
  });
  const closed = once(await connected(), 'close');
  let isDrained = false;
  const drained = world.drain().then(() => {
    isDrained = true;
  });
  expect((await closed)[0]).toBe(1001);
  await world.invoked(2);
  expect(isDrained).toBe(false);
  resolve();
  await drained;
  expect(contextOf(1)).toMatchObject({ eventType: 'DISCONNECT', disconnectStatusCode: 1001 });
});

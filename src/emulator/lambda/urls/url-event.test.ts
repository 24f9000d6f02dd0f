import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type UrlRequest, urlEvent } from './url-event.ts';

const REQUEST: UrlRequest = {
  method: 'POST',
  target: '/pa2%Fth/1?q=query&multiQuery=foo&multiQuery=%2Fbar',
  headers: {
    host: 'abc.lambda-url.us-east-1.localhost:4566',
    'content-type': 'application/json',
    'user-agent': 'test/echo',
    cookie: 'a=1; b=2',
    connection: 'keep-alive',
    'transfer-encoding': 'chunked',
    'x-forwarded-for': '8.8.8.8',
    'x-llx-lane': 'alice',
  },
  body: Buffer.from('{"foo":"bar"}'),
  sourceIp: '127.0.0.1',
  port: 4566,
  urlId: 'abc',
  requestId: 'r-1',
  at: Date.parse('2020-03-12T19:03:58.390Z'),
  traceId: 'Root=1-2-3',
};

test('a request is an event of payload format 2.0', () => {
  expect(urlEvent(REQUEST)).toEqual({
    version: '2.0',
    routeKey: '$default',
    rawPath: '/pa2%Fth/1',
    rawQueryString: 'q=query&multiQuery=foo&multiQuery=%2Fbar',
    cookies: ['a=1', 'b=2'],
    headers: {
      host: 'abc.lambda-url.us-east-1.localhost:4566',
      'content-type': 'application/json',
      'content-length': '13',
      'user-agent': 'test/echo',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-port': '4566',
      'x-forwarded-proto': 'http',
      'x-amzn-trace-id': 'Root=1-2-3',
      'x-amzn-tls-version': 'TLSv1.3',
      'x-amzn-tls-cipher-suite': 'TLS_AES_128_GCM_SHA256',
      'x-llx-lane': 'alice',
    },
    queryStringParameters: { q: 'query', multiQuery: 'foo,/bar' },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'abc',
      domainName: 'abc.lambda-url.us-east-1.localhost:4566',
      domainPrefix: 'abc',
      http: {
        method: 'POST',
        path: '/pa2%Fth/1',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'test/echo',
      },
      requestId: 'r-1',
      routeKey: '$default',
      stage: '$default',
      time: '12/Mar/2020:19:03:58 +0000',
      timeEpoch: 1_584_039_838_390,
    },
    body: '{"foo":"bar"}',
    isBase64Encoded: false,
  });
});

test('without query, cookies and body the event has none', () => {
  const event = urlEvent({ ...REQUEST, target: '/', headers: { host: 'a' }, body: new Uint8Array(0) });
  expect(Object.keys(event)).toEqual([
    'version',
    'routeKey',
    'rawPath',
    'rawQueryString',
    'headers',
    'requestContext',
    'isBase64Encoded',
  ]);
});

test('who signed the request stands in the context', () => {
  const principal = { type: 'user', arn: 'arn:user', account: '000000000000', userId: 'AIDA1' } as const;
  const event = urlEvent({ ...REQUEST, caller: { principal, accessKeyId: 'AKIA1' } });
  expect(event.requestContext).toMatchObject({
    accountId: '000000000000',
    authorizer: {
      iam: {
        accessKey: 'AKIA1',
        accountId: '000000000000',
        callerId: 'AIDA1',
        cognitoIdentity: null,
        principalOrgId: null,
        userArn: 'arn:user',
        userId: 'AIDA1',
      },
    },
  });
});

test.each([
  ['text/plain; charset=utf-8', false],
  ['application/json', false],
  ['application/xml', false],
  ['application/vnd.api+json', false],
  ['multipart/form-data; boundary=x', true],
  ['application/octet-stream', true],
  ['application/x-www-form-urlencoded', true],
  [undefined, true],
])('a body of type %s is base64: %s', (type, isBase64Encoded) => {
  const headers = type === undefined ? {} : { 'content-type': type };
  const event = urlEvent({ ...REQUEST, headers, body: Buffer.from('a=1') });
  expect({ body: event.body, isBase64Encoded: event.isBase64Encoded }).toEqual({
    body: isBase64Encoded ? 'YT0x' : 'a=1',
    isBase64Encoded,
  });
});

test('any bytes of a binary body come back, and any path and query are passed on as they came', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1 }),
      fc.webPath(),
      fc.webQueryParameters(),
      (body, path, query) => {
        const event = urlEvent({ ...REQUEST, target: `${path}?${query}`, headers: {}, body });
        expect(Buffer.from(String(event.body), 'base64')).toEqual(Buffer.from(body));
        expect({ path: event.rawPath, query: event.rawQueryString }).toEqual({ path, query });
        expect(JSON.parse(JSON.stringify(event))).toEqual(event);
      },
    ),
  );
});

import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../../identity/principal.ts';

/** A request to a function URL, read whole. */
export type UrlRequest = {
  readonly method: string;
  /** Path and query as on the wire. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly sourceIp: string;
  /** That the request came in at. */
  readonly port: number;
  readonly urlId: string;
  /** Of the invocation. */
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly traceId: string;
  /** Who signed it, where the URL asks for that, and with which key. */
  readonly caller?: { readonly principal: Principal; readonly accessKeyId: string };
};

/** Of a connection, not of what is sent over it: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/**
 * The event of a request to a function URL: payload format 2.0.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-request-payload
 */
export function urlEvent(request: UrlRequest): Readonly<Record<string, unknown>> {
  const { method, target, headers, body, urlId } = request;
  const question = target.indexOf('?');
  const rawPath = question < 0 ? target : target.slice(0, question);
  const rawQueryString = question < 0 ? '' : target.slice(question + 1);
  const query = queryOf(rawQueryString);
  const cookies = cookiesOf(headers.cookie);
  const domainName = headers.host ?? '';
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookies.length === 0 ? {} : { cookies }),
    headers: eventHeaders(request),
    ...(query === undefined ? {} : { queryStringParameters: query }),
    requestContext: {
      ...callerContext(request.caller),
      apiId: urlId,
      domainName,
      domainPrefix: urlId,
      http: {
        method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: request.requestId,
      routeKey: '$default',
      stage: '$default',
      time: commonLogTime(request.at),
      timeEpoch: request.at,
    },
    ...bodyOf(body, headers['content-type']),
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html */
function callerContext(caller: UrlRequest['caller']): Readonly<Record<string, unknown>> {
  if (caller === undefined) return { accountId: 'anonymous' };
  const { principal, accessKeyId } = caller;
  return {
    accountId: principal.account,
    authentication: null,
    authorizer: {
      iam: {
        accessKey: accessKeyId,
        accountId: principal.account,
        callerId: principal.userId,
        cognitoIdentity: null,
        principalOrgId: null,
        userArn: principal.arn,
        userId: principal.userId,
      },
    },
  };
}

function eventHeaders({
  headers,
  body,
  sourceIp,
  port,
  traceId,
}: UrlRequest): Readonly<Record<string, string>> {
  const known = Object.entries(headers).flatMap(([name, value]): [string, string][] => {
    if (value === undefined || name === 'cookie' || HOP_BY_HOP.includes(name)) return [];
    return [[name, Array.isArray(value) ? value.join(',') : value]];
  });
  return {
    ...Object.fromEntries(known),
    ...(body.byteLength === 0 ? {} : { 'content-length': String(body.byteLength) }),
    // What the caller says of these is his own word: AWS does not pass it on either.
    'x-forwarded-for': sourceIp,
    'x-forwarded-port': String(port),
    'x-forwarded-proto': 'http',
    'x-amzn-trace-id': traceId,
    // AWS's URLs are TLS only, so handlers may count on these.
    'x-amzn-tls-version': 'TLSv1.3',
    'x-amzn-tls-cipher-suite': 'TLS_AES_128_GCM_SHA256',
  };
}

function cookiesOf(header: string | undefined): readonly string[] {
  return (header ?? '')
    .split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== '');
}

/** Values of a name that is given several times are joined. */
function queryOf(text: string): Readonly<Record<string, string>> | undefined {
  if (text === '') return undefined;
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(values);
}

const TEXT = /^(?:text\/|application\/(?:json|xml|javascript)\b|application\/[\w.-]+\+(?:json|xml)\b)/i;

function bodyOf(
  body: Uint8Array,
  contentType = '',
): { readonly body?: string; readonly isBase64Encoded: boolean } {
  if (body.byteLength === 0) return { isBase64Encoded: false };
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return TEXT.test(contentType)
    ? { body: bytes.toString('utf8'), isBase64Encoded: false }
    : { body: bytes.toString('base64'), isBase64Encoded: true };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12/Mar/2020:19:03:58 +0000` */
function commonLogTime(at: number): string {
  const date = new Date(at);
  const [day, time] = date.toISOString().split('T');
  return `${day?.slice(8)}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${time?.slice(0, 8)} +0000`;
}

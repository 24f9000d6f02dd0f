import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../identity/principal.ts';

/** A request that becomes an event, read whole. */
export type CalledRequest = {
  readonly method: string;
  /** Path and query as on the wire. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly sourceIp: string;
  /** That the request came in at. */
  readonly port: number;
  readonly traceId: string;
};

/** Who signed a request, and with which key. */
export type SigningCaller = { readonly principal: Principal; readonly accessKeyId: string };

/** Of a connection, not of what is sent over it: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
export const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** `requestContext.authorizer.iam` of payload format 2.0: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html */
export function iamAuthorizer({ principal, accessKeyId }: SigningCaller): Readonly<Record<string, unknown>> {
  return {
    accessKey: accessKeyId,
    accountId: principal.account,
    callerId: principal.userId,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: principal.arn,
    userId: principal.userId,
  };
}

/** Names in lower case, values of one name joined; cookies are apart. */
export function eventHeaders({
  headers,
  body,
  sourceIp,
  port,
  traceId,
}: CalledRequest): Readonly<Record<string, string>> {
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
  };
}

export function eventCookies(header: string | undefined): readonly string[] {
  return (header ?? '')
    .split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== '');
}

/** Values of a name that is given several times are joined. */
export function eventQuery(text: string): Readonly<Record<string, string>> | undefined {
  if (text === '') return undefined;
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(values);
}

const TEXT = /^(?:text\/|application\/(?:json|xml|javascript)\b|application\/[\w.-]+\+(?:json|xml)\b)/i;

/** A text where its type says that it is one; anything else in base64. */
export function eventBody(
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
export function commonLogTime(at: number): string {
  const date = new Date(at);
  const [day, time] = date.toISOString().split('T');
  return `${day?.slice(8)}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${time?.slice(0, 8)} +0000`;
}

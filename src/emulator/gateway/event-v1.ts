import { commonLogTime, eventBody, eventHeaders, HOP_BY_HOP } from '../http/event-parts.ts';
import { type AuthorizerResult, type GatewayRequest, unlessEmpty } from './gateway-request.ts';
import { isBinaryMediaType } from './media-type.ts';

type Event = Readonly<Record<string, unknown>>;

/**
 * Payload format 1.0, that of REST APIs; with its version where an HTTP API sends it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
 */
export function eventV1(request: GatewayRequest): Event {
  return {
    ...(request.api.protocol === 'REST' ? {} : { version: '1.0' }),
    ...requestPartsV1(request),
    ...bodyOf(request),
  };
}

/** What the events of integrations and of authorizers have in common. */
export function requestPartsV1(request: GatewayRequest): Event {
  const { api, pathParameters, stage } = request;
  return {
    resource: request.resourcePath,
    path: api.protocol === 'REST' ? request.path : request.wholePath,
    httpMethod: request.method,
    ...multiValues(request),
    pathParameters: unlessEmpty(pathParameters) ?? null,
    stageVariables: unlessEmpty(stage.variables ?? {}) ?? null,
    requestContext: requestContext(request),
  };
}

/** Headers and query, each with the last value of a name and with all of them. */
export function multiValues({
  rawHeaders,
  rawQueryString,
  ...request
}: Pick<GatewayRequest, 'rawHeaders' | 'rawQueryString'> & Parameters<typeof eventHeaders>[0]): {
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
  readonly queryStringParameters: Readonly<Record<string, string>> | null;
  readonly multiValueQueryStringParameters: Readonly<Record<string, readonly string[]>> | null;
} {
  const multiValueHeaders = allHeaders(rawHeaders, eventHeaders(request));
  const query = grouped([...new URLSearchParams(rawQueryString)]);
  return {
    headers: lastValues(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: unlessEmpty(lastValues(query)) ?? null,
    multiValueQueryStringParameters: unlessEmpty(query) ?? null,
  };
}

const ADDED = ['x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto', 'x-amzn-trace-id'] as const;
/** As a REST API writes the headers that it adds. */
const WRITTEN = ['X-Forwarded-For', 'X-Forwarded-Port', 'X-Forwarded-Proto', 'X-Amzn-Trace-Id'] as const;

/** The caller's own case of names is kept. */
function allHeaders(
  rawHeaders: readonly string[],
  eventHeaders: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly string[]>> {
  const pairs: [string, string][] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    const lowerCase = name.toLowerCase();
    if (HOP_BY_HOP.includes(lowerCase) || ADDED.some((one) => one === lowerCase)) continue;
    pairs.push([name, value]);
  }
  for (const [index, name] of WRITTEN.entries()) {
    const value = eventHeaders[ADDED[index] ?? ''];
    if (value !== undefined) pairs.push([name, value]);
  }
  return grouped(pairs);
}

function grouped(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, readonly string[]>> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return Object.fromEntries(values);
}

function lastValues(values: Readonly<Record<string, readonly string[]>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? '']));
}

function requestContext(request: GatewayRequest): Event {
  const { api, domainName, headers, authorizer } = request;
  const iam = authorizer?.type === 'iam' ? authorizer : undefined;
  return {
    accountId: request.account,
    apiId: api.id,
    ...(authorizer?.type === 'lambda' ? { authorizer: authorizerContextV1(authorizer) } : {}),
    domainName,
    domainPrefix: domainName.replace(/\..*$/s, ''),
    extendedRequestId: request.requestId,
    httpMethod: request.method,
    identity: {
      accessKey: iam?.accessKeyId ?? null,
      accountId: iam?.principal.account ?? null,
      caller: iam?.principal.userId ?? null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp: request.sourceIp,
      user: iam?.principal.userId ?? null,
      userAgent: headers['user-agent'] ?? null,
      userArn: iam?.principal.arn ?? null,
    },
    path: request.wholePath,
    protocol: 'HTTP/1.1',
    requestId: request.requestId,
    requestTime: commonLogTime(request.at),
    requestTimeEpoch: request.at,
    // A REST API has an id of each of its resources; handlers only ever show it.
    resourceId: api.protocol === 'REST' ? request.resourcePath : null,
    resourcePath: request.resourcePath,
    stage: request.stage.name,
  };
}

/** Format 1.0 gives texts, whatever the authorizer's answer held. */
export function authorizerContextV1({
  principalId,
  context,
}: Extract<AuthorizerResult, { readonly type: 'lambda' }>): Event {
  const texts = Object.entries(context).map(([name, value]) => [name, String(value)]);
  return { ...(principalId === undefined ? {} : { principalId }), ...Object.fromEntries(texts) };
}

function bodyOf({ api, body, headers }: GatewayRequest): Event {
  const type = headers['content-type'];
  if (body.byteLength === 0) return { body: null, isBase64Encoded: false };
  if (api.protocol !== 'REST') return eventBody(body, type);
  // Without a type it is JSON to a REST API.
  const isBase64Encoded = isBinaryMediaType(api.binaryMediaTypes ?? [], type ?? 'application/json');
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return { body: bytes.toString(isBase64Encoded ? 'base64' : 'utf8'), isBase64Encoded };
}

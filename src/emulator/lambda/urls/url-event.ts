import {
  type CalledRequest,
  commonLogTime,
  eventBody,
  eventCookies,
  eventHeaders,
  eventQuery,
  iamAuthorizer,
  type SigningCaller,
} from '../../http/event-parts.ts';

/** A request to a function URL, read whole. */
export type UrlRequest = CalledRequest & {
  readonly urlId: string;
  /** Of the invocation. */
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Who signed it, where the URL asks for that, and with which key. */
  readonly caller?: SigningCaller;
};

/** AWS's URLs are TLS only, so handlers may count on these. */
const TLS = {
  'x-amzn-tls-version': 'TLSv1.3',
  'x-amzn-tls-cipher-suite': 'TLS_AES_128_GCM_SHA256',
};

/**
 * The event of a request to a function URL: payload format 2.0.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-request-payload
 */
export function urlEvent(request: UrlRequest): Readonly<Record<string, unknown>> {
  const { method, target, headers, body, urlId } = request;
  const question = target.indexOf('?');
  const rawPath = question < 0 ? target : target.slice(0, question);
  const rawQueryString = question < 0 ? '' : target.slice(question + 1);
  const query = eventQuery(rawQueryString);
  const cookies = eventCookies(headers.cookie);
  const domainName = headers.host ?? '';
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookies.length === 0 ? {} : { cookies }),
    headers: { ...eventHeaders(request), ...TLS },
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
    ...eventBody(body, headers['content-type']),
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html */
function callerContext(caller: UrlRequest['caller']): Readonly<Record<string, unknown>> {
  if (caller === undefined) return { accountId: 'anonymous' };
  return {
    accountId: caller.principal.account,
    authentication: null,
    authorizer: { iam: iamAuthorizer(caller) },
  };
}

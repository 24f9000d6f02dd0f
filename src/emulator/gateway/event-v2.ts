import {
  commonLogTime,
  eventBody,
  eventCookies,
  eventHeaders,
  eventQuery,
  iamAuthorizer,
} from '../http/event-parts.ts';
import { type AuthorizerResult, type GatewayRequest, unlessEmpty } from './gateway-request.ts';

type Event = Readonly<Record<string, unknown>>;

/**
 * Payload format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function eventV2(request: GatewayRequest): Event {
  const { body, headers } = request;
  return {
    version: '2.0',
    routeKey: request.routeKey,
    ...requestPartsV2(request),
    ...eventBody(body, headers['content-type']),
  };
}

/** What the events of integrations and of authorizers have in common. */
export function requestPartsV2(request: GatewayRequest): Event {
  const { headers, rawQueryString, pathParameters, stage } = request;
  const cookies = eventCookies(headers.cookie);
  const query = eventQuery(rawQueryString);
  const parameters = unlessEmpty(pathParameters);
  const variables = unlessEmpty(stage.variables ?? {});
  return {
    rawPath: request.wholePath,
    rawQueryString,
    ...(cookies.length === 0 ? {} : { cookies }),
    headers: eventHeaders(request),
    ...(query === undefined ? {} : { queryStringParameters: query }),
    requestContext: requestContext(request),
    ...(parameters === undefined ? {} : { pathParameters: parameters }),
    ...(variables === undefined ? {} : { stageVariables: variables }),
  };
}

function requestContext(request: GatewayRequest): Event {
  const { api, domainName, headers, method, authorizer } = request;
  return {
    accountId: request.account,
    apiId: api.id,
    ...(authorizer === undefined ? {} : { authorizer: authorizerContext(authorizer) }),
    domainName,
    domainPrefix: domainName.replace(/\..*$/s, ''),
    http: {
      method,
      path: request.wholePath,
      protocol: 'HTTP/1.1',
      sourceIp: request.sourceIp,
      userAgent: headers['user-agent'] ?? '',
    },
    requestId: request.requestId,
    routeKey: request.routeKey,
    stage: request.stage.name,
    time: commonLogTime(request.at),
    timeEpoch: request.at,
  };
}

function authorizerContext(authorizer: AuthorizerResult): Event {
  return authorizer.type === 'iam' ? { iam: iamAuthorizer(authorizer) } : { lambda: authorizer.context };
}

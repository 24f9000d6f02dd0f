import { type CalledRequest, commonLogTime } from '../../http/event-parts.ts';
import type { GatewayStage } from '../api-definition.ts';
import { authorizerContextV1, multiValues } from '../event-v1.ts';
import { type AuthorizerResult, unlessEmpty } from '../gateway-request.ts';

type Event = Readonly<Record<string, unknown>>;

/** What all events of one connection say of it. */
export type ConnectionContext = {
  readonly apiId: string;
  readonly stage: GatewayStage;
  readonly connectionId: string;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
  readonly domainName: string;
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
  readonly authorizer?: AuthorizerResult;
};

export type WebSocketOccasion =
  | { readonly type: 'CONNECT'; readonly request: HandshakeRequest }
  | { readonly type: 'MESSAGE'; readonly routeKey: string; readonly body: string }
  | { readonly type: 'DISCONNECT'; readonly statusCode: number; readonly reason: string };

export type HandshakeRequest = CalledRequest & {
  readonly rawHeaders: readonly string[];
  readonly rawQueryString: string;
};

const ROUTES = { CONNECT: '$connect', DISCONNECT: '$disconnect' } as const;

/**
 * The event of a WebSocket API's route.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
export function webSocketEvent(
  context: ConnectionContext,
  occasion: WebSocketOccasion,
  { requestId, at }: { readonly requestId: string; readonly at: number },
): Event {
  const variables = unlessEmpty(context.stage.variables ?? {});
  return {
    ...(occasion.type === 'CONNECT' ? handshakeParts(occasion.request) : {}),
    ...(variables === undefined ? {} : { stageVariables: variables }),
    requestContext: {
      routeKey: occasion.type === 'MESSAGE' ? occasion.routeKey : ROUTES[occasion.type],
      ...authorizerContext(context.authorizer),
      ...(occasion.type === 'MESSAGE' ? { messageId: requestId } : {}),
      ...(occasion.type === 'DISCONNECT'
        ? { disconnectStatusCode: occasion.statusCode, disconnectReason: occasion.reason }
        : {}),
      eventType: occasion.type,
      extendedRequestId: requestId,
      requestTime: commonLogTime(at),
      messageDirection: 'IN',
      stage: context.stage.name,
      connectedAt: context.connectedAt,
      requestTimeEpoch: at,
      identity: {
        ...(context.userAgent === undefined ? {} : { userAgent: context.userAgent }),
        sourceIp: context.sourceIp,
      },
      requestId,
      domainName: context.domainName,
      connectionId: context.connectionId,
      apiId: context.apiId,
    },
    ...(occasion.type === 'MESSAGE' ? { body: occasion.body } : {}),
    isBase64Encoded: false,
  };
}

/** Headers and query of the handshake; a query that is not there is absent. */
export function handshakeParts(request: HandshakeRequest): Event {
  const { queryStringParameters, multiValueQueryStringParameters, ...headers } = multiValues(request);
  return queryStringParameters === null
    ? headers
    : { ...headers, queryStringParameters, multiValueQueryStringParameters };
}

function authorizerContext(authorizer: AuthorizerResult | undefined): Event {
  return authorizer?.type === 'lambda' ? { authorizer: authorizerContextV1(authorizer) } : {};
}

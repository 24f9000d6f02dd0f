import type {
  ApiDefinition,
  GatewayAuthorizer,
  GatewayIntegration,
  RouteAuthorization,
} from './api-definition.ts';
import type {
  ApiResource,
  AuthorizerResource,
  IntegrationResource,
  RouteResource,
} from './gateway-resources.ts';
import type { GatewayTable } from './gateway-table.ts';

/** An API of the management API as requests meet it. A change of it is in force at once, whether it is deployed or not. */
export function storedApi(table: GatewayTable, api: ApiResource): ApiDefinition {
  const { apiId: id, name, protocolType, corsConfiguration } = api;
  const integrations = new Map(
    table.list(id, 'integrations').map((one) => [one.integrationId, integrationOf(one)]),
  );
  const authorizers = new Map(
    table.list(id, 'authorizers').map((one) => [one.authorizerId, authorizerOf(one, protocolType)]),
  );
  const answered = new Set(table.list(id, 'routeresponses').map(({ routeId }) => routeId));
  return {
    id,
    name,
    protocol: protocolType,
    stages: table.list(id, 'stages').map(({ stageName, stageVariables }) => ({
      name: stageName,
      ...(stageVariables === undefined ? {} : { variables: stageVariables }),
    })),
    routes: table.list(id, 'routes').map((route) => {
      const integration = integrations.get(route.target?.replace(/^integrations\//, '') ?? '');
      return {
        key: route.routeKey,
        authorization: authorizationOf(route, authorizers),
        ...(integration === undefined ? {} : { integration }),
        answers: route.routeResponseSelectionExpression !== undefined && answered.has(route.routeId),
      };
    }),
    ...(corsConfiguration === undefined ? {} : { cors: corsConfiguration }),
    ...(protocolType === 'WEBSOCKET' ? { routeSelectionExpression: api.routeSelectionExpression } : {}),
  };
}

function integrationOf({
  integrationUri,
  payloadFormatVersion,
  timeoutInMillis,
}: IntegrationResource): GatewayIntegration {
  return {
    type: 'lambda',
    target: integrationUri,
    payloadFormat: payloadFormatVersion,
    timeoutMs: timeoutInMillis,
  };
}

function authorizerOf(
  { name, authorizerUri, identitySource = [], ...authorizer }: AuthorizerResource,
  protocol: ApiResource['protocolType'],
): GatewayAuthorizer {
  const payloadFormat = authorizer.authorizerPayloadFormatVersion ?? '1.0';
  return {
    name,
    type: 'REQUEST',
    target: authorizerUri,
    payloadFormat,
    simpleResponses: authorizer.enableSimpleResponses === true,
    identitySources: identitySource,
    // "Supported only for HTTP API Lambda authorizers": a WebSocket API asks once for each connection.
    ttlSeconds: protocol === 'HTTP' ? (authorizer.authorizerResultTtlInSeconds ?? 0) : 0,
  };
}

function authorizationOf(
  { authorizationType, authorizerId = '' }: RouteResource,
  authorizers: ReadonlyMap<string, GatewayAuthorizer>,
): RouteAuthorization {
  switch (authorizationType) {
    case 'NONE':
    case 'AWS_IAM':
      return { type: authorizationType };
    case 'JWT':
      return { type: 'unsupported', name: 'JWT' };
    case 'CUSTOM': {
      const authorizer = authorizers.get(authorizerId);
      // It was deleted: nobody can say who may.
      return authorizer === undefined
        ? { type: 'unsupported', name: `CUSTOM without the authorizer ${authorizerId}` }
        : { type: 'CUSTOM', authorizer };
    }
  }
}

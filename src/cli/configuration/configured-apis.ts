import {
  type ApiDefinition,
  configuredApiId,
  DEFAULT_STAGE,
  type GatewayAuthorizer,
  type GatewayIntegration,
  type GatewayRoute,
  type PayloadFormat,
  type RouteAuthorization,
} from '../../emulator/gateway/api-definition.ts';
import type {
  ApiAuthorizerConfig,
  ApiConfig,
  ApiRouteConfig,
  ApisConfig,
} from '../../manifest/api-config.ts';

const PROTOCOLS = { http: 'HTTP', rest: 'REST', websocket: 'WEBSOCKET' } as const;
const KEPT_SECONDS = { http: 0, rest: 300, websocket: 0 } as const;

/** The APIs of a configuration or of a template, with every default filled in. */
export function configuredApis(written: ApisConfig): readonly ApiDefinition[] {
  return Object.entries(written).map(([name, api]) => toDefinition(name, api));
}

function toDefinition(name: string, api: ApiConfig): ApiDefinition {
  const { type = 'http', cors, binaryMediaTypes, routeSelectionExpression } = api;
  const stage = api.stage ?? (type === 'http' ? DEFAULT_STAGE : 'prod');
  const authorizers = new Map(
    Object.entries(api.authorizers ?? {}).map(([one, config]) => [one, toAuthorizer(one, config, type)]),
  );
  return {
    id: configuredApiId(name),
    name,
    protocol: PROTOCOLS[type],
    stages: [{ name: stage, variables: api.stageVariables ?? {} }],
    routes: Object.entries(api.routes).map(([key, route]) => toRoute(key, route, api, authorizers)),
    ...(cors === undefined ? {} : { cors }),
    ...(binaryMediaTypes === undefined ? {} : { binaryMediaTypes }),
    ...(routeSelectionExpression === undefined ? {} : { routeSelectionExpression }),
  };
}

function toRoute(
  key: string,
  written: string | ApiRouteConfig,
  api: ApiConfig,
  authorizers: ReadonlyMap<string, GatewayAuthorizer>,
): GatewayRoute {
  const route = typeof written === 'string' ? { function: written } : written;
  return {
    key,
    authorization: authorizationOf(route.authorizer, authorizers),
    integration: toIntegration(route, api),
    answers: route.answers ?? false,
  };
}

function toIntegration(
  { function: target = '', mock, timeout, payloadFormat }: ApiRouteConfig,
  api: ApiConfig,
): GatewayIntegration {
  if (mock !== undefined) return { type: 'mock', status: mock.status, headers: mock.headers ?? {} };
  return {
    type: 'lambda',
    target,
    payloadFormat: formatOf(payloadFormat ?? api.payloadFormat, api.type),
    ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
  };
}

function toAuthorizer(
  name: string,
  written: ApiAuthorizerConfig,
  type: NonNullable<ApiConfig['type']>,
): GatewayAuthorizer {
  return {
    name,
    type: written.type === 'token' ? 'TOKEN' : 'REQUEST',
    target: written.function,
    payloadFormat: formatOf(written.payloadFormat, type),
    simpleResponses: written.simpleResponses ?? false,
    identitySources:
      written.identitySources ?? (type === 'websocket' ? [] : ['$request.header.Authorization']),
    ttlSeconds: written.cacheSeconds ?? KEPT_SECONDS[type],
  };
}

function authorizationOf(
  named: string | undefined,
  authorizers: ReadonlyMap<string, GatewayAuthorizer>,
): RouteAuthorization {
  if (named === undefined) return { type: 'NONE' };
  if (named === 'AWS_IAM') return { type: 'AWS_IAM' };
  const authorizer = authorizers.get(named);
  // Of a template, whose authorizer is none that runs here.
  return authorizer === undefined ? { type: 'unsupported', name: named } : { type: 'CUSTOM', authorizer };
}

function formatOf(written: PayloadFormat | undefined, type: ApiConfig['type']): PayloadFormat {
  return type === undefined || type === 'http' ? (written ?? '2.0') : '1.0';
}

import type {
  ApiAuthorizerConfig,
  ApiConfig,
  ApiRouteConfig,
  ApisConfig,
} from '../../src/manifest/api-config.ts';
import { resourcesOf, restPath } from './api-routes.ts';
import { functionsOf } from './event-sources.ts';
import { items, members, references, render, type Template, text } from './template.ts';

type Properties = Readonly<Record<string, unknown>>;

/** Gives the name of a function by its logical id; undefined for one that does not run here. */
type NameOf = (logicalId: string) => string | undefined;

type Reading = { readonly template: Template; readonly nameOf: NameOf };

/**
 * The APIs of a template in front of its functions, as the gateway of the emulator serves them. Parts of another kind,
 * such as integrations with other services, are left out.
 */
export function templateApis(template: Template, nameOf: NameOf): ApisConfig {
  const reading = { template, nameOf };
  const apis = [...template.resources].flatMap(([id, { type, properties }]): [string, ApiConfig][] => {
    if (type === 'AWS::ApiGatewayV2::Api')
      return [[hostName(properties.Name, id), apiV2(id, properties, reading)]];
    if (type === 'AWS::ApiGateway::RestApi')
      return [[hostName(properties.Name, id), restApi(id, properties, reading)]];
    return [];
  });
  const served = apis.filter(([, { routes }]) => Object.keys(routes).length > 0);
  const names = served.map(([name]) => name);
  return Object.fromEntries(
    served.map(([name, api], index) => [names.indexOf(name) === index ? name : `${name}-${index + 1}`, api]),
  );
}

/** It becomes a label of a host. */
function hostName(name: unknown, logicalId: string): string {
  const written = (text(name) ?? logicalId).replaceAll(/[^\w-]+/g, '-').replaceAll(/^[-_]+|[-_]+$/g, '');
  return written.slice(0, 60).replace(/[-_]+$/, '') || logicalId;
}

function apiV2(apiId: string, properties: Properties, reading: Reading): ApiConfig {
  const isWebSocket = properties.ProtocolType === 'WEBSOCKET';
  const of = (type: string): readonly (readonly [string, Properties])[] =>
    belonging(reading.template, type, 'ApiId', apiId);
  const stage = of('AWS::ApiGatewayV2::Stage')[0]?.[1];
  const variables = textValues(stage?.StageVariables);
  const cors = corsOf(members(properties.CorsConfiguration));
  const authorizers = of('AWS::ApiGatewayV2::Authorizer').flatMap(([id, one]) =>
    authorizerOf(id, one, one.AuthorizerType, reading),
  );
  const routes = of('AWS::ApiGatewayV2::Route').flatMap(([, one]): [string, ApiRouteConfig][] => {
    const [integration] = resourcesOf(one.Target, 'AWS::ApiGatewayV2::Integration', reading.template);
    const named = functionOf(integration?.IntegrationUri, reading);
    if (integration === undefined || named === undefined) return [];
    const format = integration.PayloadFormatVersion;
    return [
      [
        render(one.RouteKey),
        {
          function: named,
          ...authorizationOf(one),
          ...(format === '1.0' || format === '2.0' ? { payloadFormat: format } : {}),
          ...(isWebSocket && one.RouteResponseSelectionExpression !== undefined ? { answers: true } : {}),
        },
      ],
    ];
  });
  const quick = functionOf(properties.Target, reading);
  const expression = text(properties.RouteSelectionExpression);
  return {
    type: isWebSocket ? 'websocket' : 'http',
    ...stageOf(stage),
    ...(variables === undefined ? {} : { stageVariables: variables }),
    ...(isWebSocket && expression !== undefined ? { routeSelectionExpression: expression } : {}),
    ...(cors === undefined ? {} : { cors }),
    ...(authorizers.length === 0 ? {} : { authorizers: Object.fromEntries(authorizers) }),
    routes: { ...(quick === undefined ? {} : { $default: quick }), ...Object.fromEntries(routes) },
  };
}

function restApi(apiId: string, properties: Properties, reading: Reading): ApiConfig {
  const of = (type: string): readonly (readonly [string, Properties])[] =>
    belonging(reading.template, type, 'RestApiId', apiId);
  const stage = of('AWS::ApiGateway::Stage')[0]?.[1];
  const variables = textValues(stage?.Variables);
  const authorizers = of('AWS::ApiGateway::Authorizer').flatMap(([id, one]) =>
    authorizerOf(id, one, one.Type, reading),
  );
  const routes = of('AWS::ApiGateway::Method').flatMap(([, one]): [string, ApiRouteConfig][] => {
    const integration = members(one.Integration);
    const key = `${text(one.HttpMethod) ?? 'ANY'} ${restPath(one.ResourceId, reading.template)}`;
    if (integration.Type === 'MOCK') return [[key, { mock: mockOf(integration) }]];
    const named = functionOf(integration.Uri, reading);
    return named === undefined ? [] : [[key, { function: named, ...authorizationOf(one) }]];
  });
  const binaryMediaTypes = items(properties.BinaryMediaTypes).flatMap((one) => text(one) ?? []);
  return {
    type: 'rest',
    ...stageOf(stage),
    ...(variables === undefined ? {} : { stageVariables: variables }),
    ...(binaryMediaTypes.length === 0 ? {} : { binaryMediaTypes }),
    ...(authorizers.length === 0 ? {} : { authorizers: Object.fromEntries(authorizers) }),
    routes: Object.fromEntries(routes),
  };
}

/** Resources of a type that belong to an API, with their logical ids. */
function belonging(
  { resources }: Template,
  type: string,
  member: string,
  apiId: string,
): readonly (readonly [string, Properties])[] {
  return [...resources].flatMap(([id, one]) =>
    one.type === type && references(one.properties[member]).includes(apiId)
      ? [[id, one.properties] as const]
      : [],
  );
}

function functionOf(uri: unknown, { template, nameOf }: Reading): string | undefined {
  const [id] = functionsOf(uri, template);
  return id === undefined ? undefined : nameOf(id);
}

function stageOf(stage: Properties | undefined): { readonly stage?: string } {
  const name = text(stage?.StageName);
  return name === undefined ? {} : { stage: name };
}

/** An authorizer that does not run here is named by its type: the emulator lets nobody through it. */
function authorizationOf({ AuthorizationType: type, AuthorizerId }: Properties): {
  readonly authorizer?: string;
} {
  if (type === undefined || type === 'NONE') return {};
  const [id] = references(AuthorizerId);
  return { authorizer: type === 'CUSTOM' && id !== undefined ? id : render(type) };
}

function authorizerOf(
  id: string,
  authorizer: Properties,
  type: unknown,
  reading: Reading,
): [string, ApiAuthorizerConfig][] {
  const named = functionOf(authorizer.AuthorizerUri, reading);
  if (named === undefined) return [];
  const format = authorizer.AuthorizerPayloadFormatVersion;
  // Of a REST API it is one text with commas.
  const sources = [authorizer.IdentitySource ?? []].flat().flatMap((one) => render(one).split(','));
  const { AuthorizerResultTtlInSeconds: seconds } = authorizer;
  return [
    [
      id,
      {
        function: named,
        type: type === 'TOKEN' ? 'token' : 'request',
        ...(format === '1.0' || format === '2.0' ? { payloadFormat: format } : {}),
        ...(authorizer.EnableSimpleResponses === true ? { simpleResponses: true } : {}),
        identitySources: sources.map((one) => one.trim()).filter((one) => one !== ''),
        ...(typeof seconds === 'number' ? { cacheSeconds: seconds } : {}),
      },
    ],
  ];
}

function corsOf(cors: Properties): ApiConfig['cors'] {
  if (Object.keys(cors).length === 0) return undefined;
  const texts = (value: unknown): readonly string[] => items(value).flatMap((one) => text(one) ?? []);
  return {
    allowOrigins: texts(cors.AllowOrigins),
    allowMethods: texts(cors.AllowMethods),
    allowHeaders: texts(cors.AllowHeaders),
    exposeHeaders: texts(cors.ExposeHeaders),
    ...(cors.AllowCredentials === true ? { allowCredentials: true } : {}),
    ...(typeof cors.MaxAge === 'number' ? { maxAge: cors.MaxAge } : {}),
  };
}

/** The headers that are written into the template: `'*'`, in quotes. */
function mockOf({ IntegrationResponses }: Properties): NonNullable<ApiRouteConfig['mock']> {
  const [answer] = items(IntegrationResponses);
  const { StatusCode, ResponseParameters } = members(answer);
  const headers = Object.entries(members(ResponseParameters)).flatMap(([name, value]) => {
    const header = /^method\.response\.header\.(.+)$/.exec(name)?.[1];
    const literal = /^'(.*)'$/s.exec(render(value))?.[1];
    return header === undefined || literal === undefined ? [] : [[header.toLowerCase(), literal]];
  });
  const status = Number(StatusCode);
  return { status: status >= 200 && status <= 599 ? status : 200, headers: Object.fromEntries(headers) };
}

function textValues(value: unknown): Readonly<Record<string, string>> | undefined {
  const entries = Object.entries(members(value)).map(([name, one]) => [name, render(one)]);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

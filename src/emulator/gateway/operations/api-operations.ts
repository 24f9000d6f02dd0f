import type { ApiOperation, OperationCall } from '../../http/api-operation.ts';
import type { Members } from '../../lambda/functions/members.ts';
import { DEFAULT_ROUTE, DEFAULT_STAGE, type GatewayCors } from '../api-definition.ts';
import type { ApiResource } from '../gateway-resources.ts';
import {
  authorizeManagement,
  badRequest,
  existingApi,
  type GatewayOperationDependencies,
  newId,
  pageOfItems,
  readMembers,
  withoutAbsent,
} from './gateway-call.ts';
import { lambdaIntegration } from './integration-kind.ts';
import { newStage } from './stage-kind.ts';

const PATH = '/v2/apis/{ApiId}';
const PROTOCOLS = ['WEBSOCKET', 'HTTP'] as const;
/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html: -1 and 86,400 seconds */
const MAX_AGE = { min: -1, max: 86_400 };
const NOTE = 'the default endpoint is always there; `DisableSchemaValidation` and key selection mean nothing';

/** https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html */
export function apiOperations(deps: GatewayOperationDependencies): readonly ApiOperation[] {
  const { table, scope } = deps;
  const authorized = (call: OperationCall, method: 'GET' | 'PATCH' | 'DELETE', end = ''): ApiResource => {
    authorizeManagement(call, scope, method, `/apis/${call.path.ApiId}${end}`);
    return existingApi(call, deps);
  };
  return [
    {
      name: 'CreateApi',
      route: { method: 'POST', path: '/v2/apis' },
      support: 'partial',
      note: NOTE,
      handle(call) {
        authorizeManagement(call, scope, 'POST', '/apis');
        const { api, target, routeKey } = readMembers(call.input, (members) => ({
          api: newApi(members, deps),
          target: members.text('target', { max: 1024 }),
          routeKey: members.text('routeKey', { max: 256 }) ?? DEFAULT_ROUTE,
        }));
        table.put(api.apiId, ['apis', api.apiId, api]);
        if (target !== undefined) putQuickParts(api, target, routeKey, deps);
        return { status: 201, output: describeApi(api, deps) };
      },
    },
    {
      name: 'GetApi',
      route: { method: 'GET', path: PATH },
      support: 'supported',
      handle: (call) => ({ output: describeApi(authorized(call, 'GET'), deps) }),
    },
    {
      name: 'GetApis',
      route: { method: 'GET', path: '/v2/apis' },
      support: 'supported',
      handle(call) {
        authorizeManagement(call, scope, 'GET', '/apis');
        const { items, ...next } = pageOfItems(call, table.apis());
        return { output: { items: items.map((api) => describeApi(api, deps)), ...next } };
      },
    },
    {
      name: 'UpdateApi',
      route: { method: 'PATCH', path: PATH },
      support: 'partial',
      note: 'without the target and the route key of an API that was made in one call',
      handle(call) {
        const before = authorized(call, 'PATCH');
        const after = readMembers(call.input, (members) => ({
          ...before,
          ...withoutAbsent({ name: members.text('name', { min: 1, max: 128 }) }),
          ...read(members, before.protocolType),
        }));
        table.put(before.apiId, ['apis', before.apiId, after]);
        return { output: describeApi(after, deps) };
      },
    },
    {
      name: 'DeleteApi',
      route: { method: 'DELETE', path: PATH },
      support: 'supported',
      handle(call) {
        const { apiId } = authorized(call, 'DELETE');
        table.delete(apiId, 'apis', apiId);
        return { status: 204 };
      },
    },
    {
      name: 'DeleteCorsConfiguration',
      route: { method: 'DELETE', path: `${PATH}/cors` },
      support: 'supported',
      handle(call) {
        const { corsConfiguration: _, ...api } = authorized(call, 'DELETE', '/cors');
        table.put(api.apiId, ['apis', api.apiId, api]);
        return { status: 204 };
      },
    },
    {
      name: 'ResetAuthorizersCache',
      route: { method: 'DELETE', path: `${PATH}/stages/{StageName}/cache/authorizers` },
      support: 'supported',
      handle(call) {
        const { apiId } = authorized(call, 'DELETE', `/stages/${call.path.StageName}/cache/authorizers`);
        deps.forgetAnswers(apiId);
        return { status: 204 };
      },
    },
  ];
}

function newApi(members: Members, { now }: GatewayOperationDependencies): ApiResource {
  const protocolType = members.requiredChoice('protocolType', PROTOCOLS);
  const name = members.requiredText('name', { min: 1, max: 128 });
  const given = read(members, protocolType);
  if (protocolType === 'WEBSOCKET' && given.routeSelectionExpression === undefined) {
    throw badRequest('RouteSelectionExpression is a required field for WEBSOCKET protocol type');
  }
  return {
    apiId: newId(10),
    name,
    protocolType,
    routeSelectionExpression: '$request.method $request.path',
    apiKeySelectionExpression: '$request.header.x-api-key',
    createdDate: new Date(now()).toISOString(),
    ...given,
  };
}

/** @throws AwsError 400 */
function read(members: Members, protocol: ApiResource['protocolType']): Partial<ApiResource> {
  const corsConfiguration = readCors(members);
  if (corsConfiguration !== undefined && protocol === 'WEBSOCKET') {
    throw badRequest('CORS configuration is only supported for the HTTP protocol type');
  }
  return withoutAbsent({
    corsConfiguration,
    description: members.text('description', { max: 1024 }),
    version: members.text('version', { max: 64 }),
    disableExecuteApiEndpoint: members.boolean('disableExecuteApiEndpoint'),
    routeSelectionExpression: members.text('routeSelectionExpression', { max: 256 }),
    tags: members.textMap('tags'),
  });
}

function readCors(members: Members): GatewayCors | undefined {
  const cors = members.structure('corsConfiguration');
  const values = { max: 256, each: { max: 1024, pattern: { test: /^[\x21-\x7e]+$/, text: '.*' } } };
  return (
    cors &&
    withoutAbsent({
      allowOrigins: cors.list('allowOrigins', values),
      allowMethods: cors.list('allowMethods', values),
      allowHeaders: cors.list('allowHeaders', values),
      exposeHeaders: cors.list('exposeHeaders', values),
      allowCredentials: cors.boolean('allowCredentials'),
      maxAge: cors.integer('maxAge', MAX_AGE),
    })
  );
}

/** "Quick create": a function behind one route, at a stage of its own. */
function putQuickParts(
  api: ApiResource,
  target: string,
  routeKey: string,
  { table, now }: GatewayOperationDependencies,
): void {
  const { apiId, protocolType } = api;
  const integration = lambdaIntegration(
    { integrationUri: target, payloadFormatVersion: '2.0' },
    protocolType,
  );
  const { integrationId } = integration;
  const routeId = newId(7);
  const own = `integrations/${integrationId}`;
  table.put(apiId, ['integrations', integrationId, integration]);
  table.put(apiId, [
    'routes',
    routeId,
    { routeId, routeKey, authorizationType: 'NONE', apiKeyRequired: false, target: own },
  ]);
  table.put(apiId, ['stages', DEFAULT_STAGE, { ...newStage(DEFAULT_STAGE, now()), autoDeploy: true }]);
}

function describeApi(
  api: ApiResource,
  { endpoint, domain }: GatewayOperationDependencies,
): Readonly<Record<string, unknown>> {
  const { port } = new URL(endpoint());
  const scheme = `${api.protocolType === 'WEBSOCKET' ? 'ws' : 'http'}${domain === undefined ? '' : 's'}`;
  const parent = domain ?? (port === '' ? 'localhost' : `localhost:${port}`);
  const host = `${api.apiId}.execute-api.${parent}`;
  return {
    ...api,
    apiEndpoint: `${scheme}://${host}`,
    disableExecuteApiEndpoint: api.disableExecuteApiEndpoint ?? false,
    ipAddressType: 'ipv4',
  };
}

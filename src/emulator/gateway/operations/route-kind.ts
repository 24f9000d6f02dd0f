import { notImplemented } from '../../http/aws-error.ts';
import type { Members } from '../../lambda/functions/members.ts';
import type { ApiResource, RouteResource } from '../gateway-resources.ts';
import type { GatewayTable } from '../gateway-table.ts';
import { badRequest, conflict, newId, notFound, withoutAbsent } from './gateway-call.ts';
import type { ResourceKind } from './resource-operations.ts';

const AUTHORIZATION = ['NONE', 'AWS_IAM', 'CUSTOM', 'JWT'] as const;
const METHODS = 'ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT';
const HTTP_KEY = new RegExp(`^(?:\\$default|(?:${METHODS}) /\\S*)$`);

/** https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html */
export function routeKind({ table }: { readonly table: GatewayTable }): ResourceKind<'routes'> {
  return {
    kind: 'routes',
    name: 'Route',
    note: 'without JWT authorizers, API keys, models and request parameters',
    idOf: ({ routeId }) => routeId,
    create(members, api) {
      const routeKey = members.requiredText('routeKey', { min: 1, max: 256 });
      members.check();
      const route: RouteResource = {
        routeId: newId(7),
        routeKey,
        authorizationType: 'NONE',
        apiKeyRequired: false,
        ...read(members),
      };
      checkRoute(route, api, table);
      return route;
    },
    update(before, members, api) {
      const routeKey = members.text('routeKey', { min: 1, max: 256 });
      const route: RouteResource = { ...before, ...withoutAbsent({ routeKey }), ...read(members) };
      members.check();
      checkRoute(route, api, table);
      return route;
    },
  };
}

function read(members: Members): Partial<RouteResource> {
  return withoutAbsent({
    authorizationType: members.choice('authorizationType', AUTHORIZATION),
    authorizerId: members.text('authorizerId', { max: 64 }),
    operationName: members.text('operationName', { max: 64 }),
    routeResponseSelectionExpression: members.text('routeResponseSelectionExpression', { max: 128 }),
    target: members.text('target', { max: 128 }),
  });
}

/** @throws AwsError 400, 404, 409, or 501 for what is not emulated */
function checkRoute(route: RouteResource, { apiId, protocolType }: ApiResource, table: GatewayTable): void {
  const { routeId, routeKey, authorizationType, authorizerId, target } = route;
  if (protocolType === 'HTTP' && !HTTP_KEY.test(routeKey)) {
    throw badRequest(
      `The provided route key is not formatted properly for HTTP protocol. Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"`,
    );
  }
  if (table.list(apiId, 'routes').some((one) => one.routeKey === routeKey && one.routeId !== routeId)) {
    throw conflict(`Route with key ${routeKey} already exists for this API`);
  }
  if (authorizationType === 'JWT') throw notImplemented('JWT authorizers');
  if (authorizationType === 'CUSTOM') {
    if (authorizerId === undefined || table.get(apiId, 'authorizers', authorizerId) === undefined) {
      throw badRequest(`Invalid authorizer ID specified: ${authorizerId ?? 'none'}`);
    }
    if (protocolType === 'WEBSOCKET' && routeKey !== '$connect') {
      throw badRequest('Currently, authorization is restricted to the $connect route only');
    }
  }
  const integrationId = target?.replace(/^integrations\//, '');
  if (integrationId !== undefined && table.get(apiId, 'integrations', integrationId) === undefined) {
    throw notFound(`Invalid Integration identifier specified ${integrationId}`);
  }
}

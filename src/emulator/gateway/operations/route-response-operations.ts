import type { ApiOperation, OperationCall } from '../../http/api-operation.ts';
import type { ApiResource, RouteResponseResource } from '../gateway-resources.ts';
import {
  authorizeManagement,
  existingApi,
  type GatewayOperationDependencies,
  newId,
  notFound,
  pageOfItems,
  readMembers,
} from './gateway-call.ts';

const ALL = '/v2/apis/{ApiId}/routes/{RouteId}/routeresponses';
const ONE = `${ALL}/{RouteResponseId}`;

/**
 * What makes the answers of a WebSocket API's route go back to the client.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html
 */
export function routeResponseOperations(deps: GatewayOperationDependencies): readonly ApiOperation[] {
  const { table, scope } = deps;
  const apiOf = (call: OperationCall, method: 'GET' | 'POST' | 'DELETE'): ApiResource => {
    const { ApiId, RouteId = '', RouteResponseId } = call.path;
    const end = RouteResponseId === undefined ? '' : `/${RouteResponseId}`;
    authorizeManagement(call, scope, method, `/apis/${ApiId}/routes/${RouteId}/routeresponses${end}`);
    const api = existingApi(call, deps);
    if (table.get(api.apiId, 'routes', RouteId) === undefined) {
      throw notFound(`Invalid Route identifier specified ${RouteId}`);
    }
    return api;
  };
  const existing = (call: OperationCall, { apiId }: ApiResource): RouteResponseResource => {
    const { RouteId, RouteResponseId = '' } = call.path;
    const found = table.get(apiId, 'routeresponses', RouteResponseId);
    if (found?.routeId === RouteId && found !== undefined) return found;
    throw notFound(`Invalid RouteResponse identifier specified ${RouteResponseId}`);
  };
  return [
    {
      name: 'CreateRouteResponse',
      route: { method: 'POST', path: ALL },
      support: 'partial',
      note: 'the key `$default` alone, without models',
      handle(call) {
        const { apiId } = apiOf(call, 'POST');
        const routeResponseKey = readMembers(call.input, (members) =>
          members.requiredText('routeResponseKey', { values: ['$default'] }),
        );
        const { RouteId: routeId = '' } = call.path;
        const made = { routeResponseId: newId(7), routeId, routeResponseKey };
        table.put(apiId, ['routeresponses', made.routeResponseId, made]);
        return { status: 201, output: describe(made) };
      },
    },
    {
      name: 'GetRouteResponse',
      route: { method: 'GET', path: ONE },
      support: 'supported',
      handle: (call) => ({ output: describe(existing(call, apiOf(call, 'GET'))) }),
    },
    {
      name: 'GetRouteResponses',
      route: { method: 'GET', path: ALL },
      support: 'supported',
      handle(call) {
        const { apiId } = apiOf(call, 'GET');
        const all = table
          .list(apiId, 'routeresponses')
          .filter(({ routeId }) => routeId === call.path.RouteId);
        const { items, ...next } = pageOfItems(call, all);
        return { output: { items: items.map(describe), ...next } };
      },
    },
    {
      name: 'DeleteRouteResponse',
      route: { method: 'DELETE', path: ONE },
      support: 'supported',
      handle(call) {
        const api = apiOf(call, 'DELETE');
        table.delete(api.apiId, 'routeresponses', existing(call, api).routeResponseId);
        return { status: 204 };
      },
    },
  ];
}

function describe({
  routeResponseId,
  routeResponseKey,
}: RouteResponseResource): Readonly<Record<string, unknown>> {
  return { routeResponseId, routeResponseKey };
}

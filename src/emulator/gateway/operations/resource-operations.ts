import type { ApiOperation, OperationAnswer, OperationCall } from '../../http/api-operation.ts';
import type { Members } from '../../lambda/functions/members.ts';
import type { ApiResource, GatewayKind, GatewayResources } from '../gateway-resources.ts';
import {
  authorizeManagement,
  existingApi,
  type GatewayOperationDependencies,
  notFound,
  pageOfItems,
  readMembers,
} from './gateway-call.ts';

/** A kind of what an API consists of, whose five operations are alike. */
export type ResourceKind<Kind extends GatewayKind> = {
  readonly kind: Kind;
  /** `Route`: of `CreateRoute` and `RouteId`. */
  readonly name: string;
  /** Of the path. @default the name and `Id` */
  readonly variable?: string;
  /** Beside the members that AWS ignores here, too. */
  readonly note?: string;
  idOf(resource: GatewayResources[Kind]): string;
  /** @throws AwsError for what cannot be */
  create(members: Members, api: ApiResource): GatewayResources[Kind];
  /** Absent: it cannot be changed. */
  update?(before: GatewayResources[Kind], members: Members, api: ApiResource): GatewayResources[Kind];
  /** @throws AwsError 409 where it is in use */
  checkDelete?(resource: GatewayResources[Kind], api: ApiResource): void;
};

/** Create, Get, the list, Update and Delete of a kind. */
export function resourceOperations<Kind extends GatewayKind>(
  resource: ResourceKind<Kind>,
  deps: GatewayOperationDependencies,
): readonly ApiOperation[] {
  const { kind, name, variable = `${name}Id`, note } = resource;
  const { table, scope } = deps;
  const all = `/v2/apis/{ApiId}/${kind}`;
  const one = `${all}/{${variable}}`;
  const support =
    note === undefined ? { support: 'supported' as const } : { support: 'partial' as const, note };

  /** @throws AwsError 403, or 404 */
  const apiOf = (call: OperationCall, method: 'GET' | 'POST' | 'PATCH' | 'DELETE'): ApiResource => {
    const id = call.path[variable];
    const path = `/apis/${call.path.ApiId}/${kind}`;
    authorizeManagement(call, scope, method, id === undefined ? path : `${path}/${id}`);
    return existingApi(call, deps);
  };
  const existing = (call: OperationCall, { apiId }: ApiResource): GatewayResources[Kind] => {
    const id = call.path[variable] ?? '';
    const found = table.get(apiId, kind, id);
    if (found === undefined) throw notFound(`Invalid ${name} identifier specified ${id}`);
    return found;
  };
  const { update } = resource;
  return [
    {
      name: `Create${name}`,
      route: { method: 'POST', path: all },
      ...support,
      handle(call): OperationAnswer {
        const api = apiOf(call, 'POST');
        const made = readMembers(call.input, (members) => resource.create(members, api));
        table.put(api.apiId, [kind, resource.idOf(made), made]);
        return { status: 201, output: made };
      },
    },
    {
      name: `Get${name}`,
      route: { method: 'GET', path: one },
      support: 'supported',
      handle: (call) => ({ output: existing(call, apiOf(call, 'GET')) }),
    },
    {
      name: `Get${name}s`,
      route: { method: 'GET', path: all },
      support: 'supported',
      handle: (call) => ({ output: pageOfItems(call, table.list(apiOf(call, 'GET').apiId, kind)) }),
    },
    ...(update === undefined
      ? []
      : [
          {
            name: `Update${name}`,
            route: { method: 'PATCH' as const, path: one },
            ...support,
            handle(call: OperationCall): OperationAnswer {
              const api = apiOf(call, 'PATCH');
              const before = existing(call, api);
              const after = readMembers(call.input, (members) => update(before, members, api));
              table.put(api.apiId, [kind, resource.idOf(before), after]);
              return { output: after };
            },
          },
        ]),
    {
      name: `Delete${name}`,
      route: { method: 'DELETE', path: one },
      support: 'supported',
      handle(call) {
        const api = apiOf(call, 'DELETE');
        const found = existing(call, api);
        resource.checkDelete?.(found, api);
        table.delete(api.apiId, kind, resource.idOf(found));
        return { status: 204 };
      },
    },
  ];
}

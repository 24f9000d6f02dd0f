import type { GatewayTable } from '../gateway-table.ts';
import { newId, notFound, withoutAbsent } from './gateway-call.ts';
import type { ResourceKind } from './resource-operations.ts';

/** https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-deployments.html */
export function deploymentKind({
  table,
  now,
}: {
  readonly table: GatewayTable;
  readonly now: () => number;
}): ResourceKind<'deployments'> {
  return {
    kind: 'deployments',
    name: 'Deployment',
    note: 'a record alone: every change of an API is in force at once',
    idOf: ({ deploymentId }) => deploymentId,
    create(members, { apiId }) {
      const stageName = members.text('stageName', { max: 128 });
      const description = members.text('description', { max: 1024 });
      members.check();
      const deploymentId = newId(6);
      if (stageName !== undefined) {
        const stage = table.get(apiId, 'stages', stageName);
        if (stage === undefined) throw notFound(`Invalid Stage identifier specified ${stageName}`);
        table.put(apiId, ['stages', stageName, { ...stage, deploymentId }]);
      }
      return {
        deploymentId,
        deploymentStatus: 'DEPLOYED',
        autoDeployed: false,
        createdDate: new Date(now()).toISOString(),
        ...withoutAbsent({ description }),
      };
    },
    update: (before, members) => ({
      ...before,
      ...withoutAbsent({ description: members.text('description', { max: 1024 }) }),
    }),
  };
}

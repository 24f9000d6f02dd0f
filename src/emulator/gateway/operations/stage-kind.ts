import type { Members } from '../../lambda/functions/members.ts';
import type { StageResource } from '../gateway-resources.ts';
import type { GatewayTable } from '../gateway-table.ts';
import { conflict, notFound, withoutAbsent } from './gateway-call.ts';
import type { ResourceKind } from './resource-operations.ts';

const STAGE_NAME = { test: /^(?:\$default|[\w-]{1,128})$/, text: '[a-zA-Z0-9_-]+|\\$default' };

/** https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages.html */
export function stageKind({
  table,
  now,
}: {
  readonly table: GatewayTable;
  readonly now: () => number;
}): ResourceKind<'stages'> {
  return {
    kind: 'stages',
    name: 'Stage',
    variable: 'StageName',
    note: 'every change of an API is in force at once, deployed or not; without throttling and access logs',
    idOf: ({ stageName }) => stageName,
    create(members, { apiId }) {
      const stageName = members.requiredText('stageName', { pattern: STAGE_NAME });
      members.check();
      if (table.get(apiId, 'stages', stageName) !== undefined) throw conflict('Stage already exists');
      return { ...newStage(stageName, now()), ...read(members, apiId, table) };
    },
    update: (before, members, { apiId }) => ({
      ...before,
      ...read(members, apiId, table),
      lastUpdatedDate: new Date(now()).toISOString(),
    }),
  };
}

export function newStage(stageName: string, at: number): StageResource {
  const date = new Date(at).toISOString();
  return { stageName, autoDeploy: false, createdDate: date, lastUpdatedDate: date };
}

/** @throws AwsError 404 for a deployment that is not there */
function read(members: Members, apiId: string, table: GatewayTable): Partial<StageResource> {
  const deploymentId = members.text('deploymentId', { max: 64 });
  if (deploymentId !== undefined && table.get(apiId, 'deployments', deploymentId) === undefined) {
    throw notFound(`Invalid Deployment identifier specified ${deploymentId}`);
  }
  return withoutAbsent({
    autoDeploy: members.boolean('autoDeploy'),
    deploymentId,
    description: members.text('description', { max: 1024 }),
    stageVariables: members.textMap('stageVariables'),
    tags: members.textMap('tags'),
  });
}

import { notImplemented } from '../../http/aws-error.ts';
import type { Members } from '../../lambda/functions/members.ts';
import type { ApiResource, IntegrationResource } from '../gateway-resources.ts';
import type { GatewayTable } from '../gateway-table.ts';
import { conflict, newId, withoutAbsent } from './gateway-call.ts';
import type { ResourceKind } from './resource-operations.ts';

const TYPES = ['AWS', 'HTTP', 'MOCK', 'HTTP_PROXY', 'AWS_PROXY'] as const;
const FORMATS = ['1.0', '2.0'] as const;
const LONGEST_MS = { HTTP: 30_000, WEBSOCKET: 29_000 } as const;
const SHORTEST_MS = 50;

/** https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html */
export function integrationKind({ table }: { readonly table: GatewayTable }): ResourceKind<'integrations'> {
  return {
    kind: 'integrations',
    name: 'Integration',
    note: 'functions alone (`AWS_PROXY`), without request and response parameters',
    idOf: ({ integrationId }) => integrationId,
    create(members, { protocolType }) {
      refuseOthers(members.requiredChoice('integrationType', TYPES), members.text('integrationSubtype'));
      return lambdaIntegration(
        {
          integrationUri: members.requiredText('integrationUri', { min: 1, max: 2048 }),
          ...read(members, protocolType),
        },
        protocolType,
      );
    },
    update(before, members, { protocolType }) {
      refuseOthers(members.choice('integrationType', TYPES) ?? before.integrationType, undefined);
      const integrationUri = members.text('integrationUri', { min: 1, max: 2048 });
      return { ...before, ...withoutAbsent({ integrationUri }), ...read(members, protocolType) };
    },
    checkDelete({ integrationId }, { apiId }) {
      const user = table
        .list(apiId, 'routes')
        .find(({ target }) => target === `integrations/${integrationId}`);
      if (user === undefined) return;
      throw conflict(
        `Cannot delete Integration '${integrationId}'. Please remove all Routes that reference this Integration, such as '${user.routeKey}', before deleting it.`,
      );
    },
  };
}

/** With AWS's defaults. */
export function lambdaIntegration(
  given: Pick<IntegrationResource, 'integrationUri'> & Partial<IntegrationResource>,
  protocol: ApiResource['protocolType'],
): IntegrationResource {
  return {
    integrationId: newId(7),
    integrationType: 'AWS_PROXY',
    integrationMethod: 'POST',
    connectionType: 'INTERNET',
    payloadFormatVersion: '1.0',
    timeoutInMillis: LONGEST_MS[protocol],
    ...given,
  };
}

function read(members: Members, protocol: ApiResource['protocolType']): Partial<IntegrationResource> {
  const range = { min: SHORTEST_MS, max: LONGEST_MS[protocol] };
  return withoutAbsent({
    payloadFormatVersion: members.choice('payloadFormatVersion', FORMATS),
    timeoutInMillis: members.integer('timeoutInMillis', range),
    integrationMethod: members.text('integrationMethod', { max: 64 }),
    credentialsArn: members.text('credentialsArn', { max: 1024 }),
    description: members.text('description', { max: 1024 }),
  });
}

/** @throws AwsError 501 */
function refuseOthers(type: (typeof TYPES)[number], subtype: string | undefined): void {
  if (type === 'AWS_PROXY' && subtype === undefined) return;
  throw notImplemented(`integrations of the type ${subtype ?? type}: functions alone, by AWS_PROXY`);
}

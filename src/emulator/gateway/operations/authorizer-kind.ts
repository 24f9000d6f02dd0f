import { notImplemented } from '../../http/aws-error.ts';
import type { Members } from '../../lambda/functions/members.ts';
import type { ApiResource, AuthorizerResource } from '../gateway-resources.ts';
import type { GatewayTable } from '../gateway-table.ts';
import { badRequest, conflict, newId, withoutAbsent } from './gateway-call.ts';
import type { ResourceKind } from './resource-operations.ts';

const TYPES = ['REQUEST', 'JWT'] as const;
const FORMATS = ['1.0', '2.0'] as const;
const LONGEST_TTL_SECONDS = 3600;

/** https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html */
export function authorizerKind({ table }: { readonly table: GatewayTable }): ResourceKind<'authorizers'> {
  return {
    kind: 'authorizers',
    name: 'Authorizer',
    note: 'functions alone (`REQUEST`), not JWT',
    idOf: ({ authorizerId }) => authorizerId,
    create(members, api) {
      if (members.requiredChoice('authorizerType', TYPES) === 'JWT') throw notImplemented('JWT authorizers');
      return checked(
        {
          authorizerId: newId(6),
          authorizerType: 'REQUEST',
          name: members.requiredText('name', { min: 1, max: 128 }),
          authorizerUri: members.requiredText('authorizerUri', { min: 1, max: 2048 }),
          ...read(members),
        },
        api,
      );
    },
    update(before, members, api) {
      const given = withoutAbsent({
        name: members.text('name', { min: 1, max: 128 }),
        authorizerUri: members.text('authorizerUri', { min: 1, max: 2048 }),
      });
      return checked({ ...before, ...given, ...read(members) }, api);
    },
    checkDelete({ authorizerId }, { apiId }) {
      const user = table.list(apiId, 'routes').find((route) => route.authorizerId === authorizerId);
      if (user === undefined) return;
      throw conflict(
        `Cannot delete Authorizer '${authorizerId}'. Please remove all Routes that reference it, such as '${user.routeKey}', before deleting it.`,
      );
    },
  };
}

function read(members: Members): Partial<AuthorizerResource> {
  const ttl = { min: 0, max: LONGEST_TTL_SECONDS };
  return withoutAbsent({
    authorizerPayloadFormatVersion: members.choice('authorizerPayloadFormatVersion', FORMATS),
    authorizerResultTtlInSeconds: members.integer('authorizerResultTtlInSeconds', ttl),
    enableSimpleResponses: members.boolean('enableSimpleResponses'),
    identitySource: members.list('identitySource', { max: 64, each: { max: 1024 } }),
    authorizerCredentialsArn: members.text('authorizerCredentialsArn', { max: 1024 }),
  });
}

/** @throws AwsError 400 */
function checked(authorizer: AuthorizerResource, { protocolType }: ApiResource): AuthorizerResource {
  if (protocolType === 'WEBSOCKET') return authorizer;
  const { authorizerPayloadFormatVersion: format, enableSimpleResponses } = authorizer;
  if (format === undefined) {
    throw badRequest('AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer');
  }
  if (enableSimpleResponses === true && format !== '2.0') {
    throw badRequest('EnableSimpleResponses is only supported for AuthorizerPayloadFormatVersion 2.0');
  }
  return authorizer;
}

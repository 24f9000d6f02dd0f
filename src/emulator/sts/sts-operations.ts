import type { AwsCredentials } from '../../signature/credentials.ts';
import { AwsError, notImplemented } from '../http/aws-error.ts';
import type { XmlContent } from '../http/xml.ts';
import type { Identities } from '../identity/identities.ts';
import type { Principal } from '../identity/principal.ts';
import type { QueryRequest } from './query-request.ts';
import { assumeRoleParameters, type Parameters, sessionTokenSeconds } from './sts-parameters.ts';
import { STS_SERVICE } from './sts-service.ts';

type Call = {
  readonly identities: Identities;
  readonly principal: Principal;
  readonly parameters: Parameters;
};

/** What an operation answers, element by element. */
const OPERATIONS: Readonly<Record<string, (call: Call) => XmlContent>> = {
  AssumeRole: assumeRole,
  // Nobody needs a permission for it.
  GetCallerIdentity: ({ principal: { arn, userId, account } }) => ({
    Arn: arn,
    UserId: userId,
    Account: account,
  }),
  GetSessionToken: getSessionToken,
};

/**
 * Carries out a call to STS.
 *
 * @throws AwsError with STS's codes.
 */
export function callSts(
  { action, version, parameters }: QueryRequest,
  identities: Identities,
  principal: Principal,
): XmlContent {
  const operation = Object.hasOwn(OPERATIONS, action) ? OPERATIONS[action] : undefined;
  if (operation === undefined) {
    if (STS_SERVICE.operations.some(({ name }) => name === action)) {
      throw notImplemented(`${action} of ${STS_SERVICE.title}`);
    }
    throw new AwsError(400, 'InvalidAction', {
      message: `Could not find operation ${action.slice(0, 200)} for version ${version}`,
    });
  }
  return operation({ identities, principal, parameters });
}

function assumeRole({ identities, principal, parameters }: Call): XmlContent {
  const { packedPolicySize, ...asked } = assumeRoleParameters(parameters);
  const { credentials, assumedRole } = identities.assumeRole({ principal, ...asked });
  return {
    AssumedRoleUser: { AssumedRoleId: assumedRole.id, Arn: assumedRole.arn },
    Credentials: credentialsXml(credentials),
    PackedPolicySize: packedPolicySize?.toString(),
  };
}

function getSessionToken({ identities, principal, parameters }: Call): XmlContent {
  const asked = sessionTokenSeconds(parameters);
  if (principal.type === 'assumed-role' || principal.temporary === true) {
    throw new AwsError(403, 'AccessDenied', {
      message: 'Cannot call GetSessionToken with session credentials',
    });
  }
  // The root's end after an hour, whatever was asked for.
  const seconds = principal.type === 'root' ? Math.min(asked ?? 3600, 3600) : (asked ?? 43_200);
  return { Credentials: credentialsXml(identities.sessionToken(principal, seconds)) };
}

function credentialsXml(credentials: Required<AwsCredentials>): XmlContent {
  return {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: credentials.expiration.toISOString().replace('.000Z', 'Z'),
  };
}

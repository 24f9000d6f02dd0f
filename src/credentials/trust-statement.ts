/** `arn:aws:sts::123456789012:assumed-role/Developer/alice` */
const ASSUMED_ROLE = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//;

/** Of IAM Identity Center; their path holds a region, their name ends with an id. */
const SSO_ROLE = /^AWSReservedSSO_/;

/**
 * The statement of a role's trust policy that lets this caller assume it. A principal can have no wildcard, and the
 * roles of IAM Identity Center cannot be named without one: they are named in a condition.
 */
export function trustStatement(callerArn: string): string {
  const allow = { Effect: 'Allow', Action: 'sts:AssumeRole' };
  const [, partition, account, role] = ASSUMED_ROLE.exec(callerArn) ?? [];
  if (partition === undefined || account === undefined || role === undefined) {
    return JSON.stringify({ ...allow, Principal: { AWS: callerArn } });
  }
  const roles = `arn:${partition}:iam::${account}:role`;
  if (!SSO_ROLE.test(role)) return JSON.stringify({ ...allow, Principal: { AWS: `${roles}/${role}` } });
  return JSON.stringify({
    ...allow,
    Principal: { AWS: `arn:${partition}:iam::${account}:root` },
    Condition: { ArnLike: { 'aws:PrincipalArn': `${roles}/aws-reserved/sso.amazonaws.com/*${role}` } },
  });
}

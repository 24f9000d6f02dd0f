import type { Stack } from 'aws-cdk-lib';

/** A statement of a trust policy, as JSON. */
export type TrustStatement = {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Principal: { readonly AWS: string };
  readonly Condition: { readonly ArnLike: { readonly 'aws:PrincipalArn': readonly string[] } };
};

// Of an assumed role, aws:PrincipalArn is the role's ARN. At least one letter: everybody in the account fits `role/*`.
const ARN_PATTERN = /^arn:[a-z*-]+:iam::(\d{12}|\*):(?:role|user)\/(?=[*?/]*\w)[\w+=,.@/*?-]+$/;
const PERMISSION_SET = /^sso:([\w+=,.@-]{1,32})$/;

/** @throws Error for a developer that is neither a pattern of the ARN of a role or user nor a permission set. */
export function checkDevelopers(developers: readonly string[]): void {
  for (const developer of developers) {
    if (PERMISSION_SET.test(developer) || ARN_PATTERN.test(developer)) continue;
    throw new Error(
      `Expected a developer to be a pattern of aws:PrincipalArn that names somebody, as arn:aws:iam::111122223333:role/dev-*, ` +
        `or a permission set, as sso:Dev; got ${JSON.stringify(developer)}`,
    );
  }
}

/**
 * Who may assume a role. IAM refuses wildcards in the ARN of a principal: each account is trusted as a whole, under the
 * condition that the caller fits a pattern.
 */
export function trustOf(developers: readonly string[], stack: Stack): readonly TrustStatement[] {
  const patterns = new Map<string, string[]>();
  for (const developer of developers) {
    const [, account = ''] = ARN_PATTERN.exec(developer) ?? [];
    const owner = /^\d{12}$/.test(account) ? account : stack.account;
    patterns.set(owner, [...(patterns.get(owner) ?? []), patternOf(developer, stack)]);
  }
  return [...patterns].map(([account, arns]) => ({
    Effect: 'Allow',
    Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
    Principal: { AWS: `arn:${stack.partition}:iam::${account}:root` },
    Condition: { ArnLike: { 'aws:PrincipalArn': arns } },
  }));
}

/** The path of a permission set's role has the region of IAM Identity Center, except in us-east-1. */
function patternOf(developer: string, stack: Stack): string {
  const [, permissionSet] = PERMISSION_SET.exec(developer) ?? [];
  if (permissionSet === undefined) return developer;
  const path = 'role/aws-reserved/sso.amazonaws.com';
  return `arn:${stack.partition}:iam::${stack.account}:${path}/*AWSReservedSSO_${permissionSet}_*`;
}

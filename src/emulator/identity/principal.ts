/** Who makes a request, as IAM sees him. */
export type Principal = {
  readonly type: 'root' | 'user' | 'assumed-role';
  /** Of an assumed role: `arn:aws:sts::123456789012:assumed-role/<role>/<session>`. */
  readonly arn: string;
  readonly account: string;
  /** `AIDA…`, `AROA…:<session>`; the account's number for the root. */
  readonly userId: string;
  /** Of a user: his name. */
  readonly userName?: string;
  /** Of an assumed role: its own ARN, what a policy names and `aws:PrincipalArn` holds. */
  readonly roleArn?: string;
  /** Of keys that GetSessionToken gave: they ask for no others, or they would never end. */
  readonly temporary?: true;
  /** The key of `llx keys` that this caller came with, or that his session was started with: it ends when that is revoked. */
  readonly storedKeyId?: string;
};

/**
 * The condition keys that belong to a caller, by lower-case name: names of keys have no case.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function principalContext(principal: Principal): ReadonlyMap<string, string> {
  const types = { root: 'Account', user: 'User', 'assumed-role': 'AssumedRole' } as const;
  const context = new Map([
    ['aws:principalarn', principal.roleArn ?? principal.arn],
    ['aws:principalaccount', principal.account],
    ['aws:principaltype', types[principal.type]],
    ['aws:userid', principal.userId],
  ]);
  if (principal.userName !== undefined) context.set('aws:username', principal.userName);
  return context;
}

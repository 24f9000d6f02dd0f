import { type AccessRequest, type Policy, strongest } from './policy.ts';
import { type Principal, principalContext } from './principal.ts';

/** Who somebody is, and what he may do. */
export type Grant = {
  readonly principal: Principal;
  /** His own, or his role's. */
  readonly policies: readonly Policy[];
  /** Narrows `policies` for one session. */
  readonly sessionPolicy?: Policy;
};

/** Why a request is allowed or not, as AWS tells it. */
export type AccessDecision =
  | 'allowed'
  | 'no identity-based policy'
  | 'no session policy'
  | 'deny in an identity-based policy'
  | 'deny in a session policy';

/** The holder's own policies must allow a request, and so must the policy of the session, where there is one. */
export function decideAccess(grant: Grant, request: AccessRequest): AccessDecision {
  const { principal, policies, sessionPolicy } = grant;
  const own =
    principal.type === 'root' ? 'allow' : strongest(policies.map((policy) => policy.decide(request)));
  const session = sessionPolicy?.decide(request) ?? 'allow';
  if (own === 'deny') return 'deny in an identity-based policy';
  if (session === 'deny') return 'deny in a session policy';
  if (own === 'none') return 'no identity-based policy';
  return session === 'none' ? 'no session policy' : 'allowed';
}

/** The text of AWS's AccessDenied: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
export function accessDeniedText(
  principal: Principal,
  { action, resource }: { readonly action: string; readonly resource: string },
  decision: Exclude<AccessDecision, 'allowed'>,
): string {
  const why = decision.startsWith('deny')
    ? `with an explicit ${decision}`
    : `because ${decision} allows the ${action} action`;
  return `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
}

/** Keys of conditions have no case. What the request says of itself cannot stand for what is known of the caller. */
export function contextOf(
  principal: Principal,
  ...extra: readonly Readonly<Record<string, string>>[]
): (name: string) => string | undefined {
  const known = new Map(
    extra.flatMap((values) => Object.entries(values)).map(([name, value]) => [name.toLowerCase(), value]),
  );
  for (const [name, value] of principalContext(principal)) known.set(name, value);
  return (name) => known.get(name.toLowerCase());
}

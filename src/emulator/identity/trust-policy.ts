import { type AccessRequest, CompiledStatement, statementsOf } from './policy.ts';
import type { PolicyDocument, PrincipalElement } from './policy-document.ts';
import type { Principal } from './principal.ts';

/**
 * What a role's trust policy says to a caller. `account` trusts the caller's account: then the caller's own policies
 * must allow it as well.
 */
export type TrustDecision = 'caller' | 'account' | 'none' | 'deny';

const STRENGTH = ['none', 'account', 'caller', 'deny'] as const satisfies readonly TrustDecision[];

/** Who may assume a role. */
export class TrustPolicy {
  readonly #statements: readonly {
    readonly compiled: CompiledStatement;
    readonly principal: PrincipalElement;
  }[];

  constructor(document: PolicyDocument) {
    this.#statements = statementsOf(document).map((statement) => ({
      compiled: new CompiledStatement(statement, document),
      principal: statement.Principal ?? {},
    }));
  }

  trusts(caller: Principal, request: AccessRequest): TrustDecision {
    return this.#decide(request, (principal) => trustOf(principal, caller));
  }

  /** @param service `lambda.amazonaws.com` */
  trustsService(service: string, request: AccessRequest): boolean {
    const decision = this.#decide(request, (principal) => {
      const services = principal === '*' ? [] : [principal.Service ?? []].flat();
      return services.includes(service) ? 'caller' : 'none';
    });
    return decision === 'caller';
  }

  #decide(
    request: AccessRequest,
    trust: (principal: PrincipalElement) => 'caller' | 'account' | 'none',
  ): TrustDecision {
    let decision: TrustDecision = 'none';
    for (const { compiled, principal } of this.#statements) {
      const found = trust(principal);
      if (found === 'none' || !compiled.applies(request)) continue;
      const said = compiled.effect === 'deny' ? 'deny' : found;
      if (STRENGTH.indexOf(said) > STRENGTH.indexOf(decision)) decision = said;
    }
    return decision;
  }
}

/** IAM takes no other wildcard in a principal than `*` alone. */
function trustOf(principal: PrincipalElement, caller: Principal): 'caller' | 'account' | 'none' {
  const named = principal === '*' ? ['*'] : [principal.AWS ?? []].flat();
  if (named.some((one) => one === '*' || one === caller.arn || one === caller.roleArn)) return 'caller';
  const accounts = [caller.account, `arn:aws:iam::${caller.account}:root`];
  return named.some((one) => accounts.includes(one)) ? 'account' : 'none';
}

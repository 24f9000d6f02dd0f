import { type Condition, compileCondition } from './condition.ts';
import type { OneOrMore, PolicyDocument, Statement } from './policy-document.ts';
import { type Variables, WildcardPattern } from './wildcard-pattern.ts';

/** What a caller wants to do. */
export type AccessRequest = {
  /** `lambda:InvokeFunction` */
  readonly action: string;
  readonly resource: string;
  /** Values of condition keys and policy variables. */
  readonly context: Variables;
};

export type PolicyDecision = 'allow' | 'deny' | 'none';

/** An identity-based or a session policy, read once. */
export class Policy {
  readonly #statements: readonly CompiledStatement[];

  constructor(document: PolicyDocument) {
    this.#statements = statementsOf(document).map((statement) => new CompiledStatement(statement, document));
  }

  /** An explicit deny wins over any allow. */
  decide(request: AccessRequest): PolicyDecision {
    return strongest(
      this.#statements.map((statement) => (statement.applies(request) ? statement.effect : 'none')),
    );
  }
}

export class CompiledStatement {
  readonly effect: 'allow' | 'deny';
  readonly #actions: (action: string, variables: Variables) => boolean;
  readonly #resources: (resource: string, variables: Variables) => boolean;
  readonly #condition: Condition;

  constructor(statement: Statement, { Version }: PolicyDocument) {
    const options = { variables: Version === '2012-10-17' };
    this.effect = statement.Effect === 'Allow' ? 'allow' : 'deny';
    // Names of actions have no case; variables are not replaced in them.
    this.#actions = among(lowerCase(statement.Action), lowerCase(statement.NotAction), { variables: false });
    this.#resources = among(statement.Resource, statement.NotResource, options);
    this.#condition = compileCondition(statement.Condition ?? {}, options);
  }

  applies({ action, resource, context }: AccessRequest): boolean {
    if (!this.#actions(action.toLowerCase(), context) || !this.#resources(resource, context)) return false;
    // A condition that cannot be understood must never give access: it voids an allow, and leaves a deny in force.
    return this.#condition(context) ?? this.effect === 'deny';
  }
}

export function statementsOf({ Statement }: PolicyDocument): readonly Statement[] {
  return [Statement].flat();
}

export function strongest(decisions: readonly PolicyDecision[]): PolicyDecision {
  if (decisions.includes('deny')) return 'deny';
  return decisions.includes('allow') ? 'allow' : 'none';
}

/** A trust policy has no resource: neither of the two elements. */
function among(
  named: OneOrMore<string> | undefined,
  excepted: OneOrMore<string> | undefined,
  options: { readonly variables: boolean },
): (text: string, variables: Variables) => boolean {
  if (named === undefined && excepted === undefined) return () => true;
  const patterns = [named ?? excepted ?? []].flat().map((pattern) => new WildcardPattern(pattern, options));
  const whenFound = named !== undefined;
  return (text, variables) => patterns.some((pattern) => pattern.matches(text, variables)) === whenFound;
}

function lowerCase(names: OneOrMore<string> | undefined): readonly string[] | undefined {
  return names === undefined ? undefined : [names].flat().map((name) => name.toLowerCase());
}

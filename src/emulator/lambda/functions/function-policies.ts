import { contextOf } from '../../identity/grant.ts';
import { CompiledStatement } from '../../identity/policy.ts';
import type { PrincipalElement, Statement } from '../../identity/policy-document.ts';
import type { Principal } from '../../identity/principal.ts';
import { integerOf, jsonOf } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';

/** Of AddPermission: one action, one principal. */
export type PolicyStatement = Statement & { readonly Sid: string };

export type FunctionAccess = {
  readonly functionName: string;
  /** An alias or a version; undefined for the function itself. */
  readonly qualifier: string | undefined;
  /** `lambda:InvokeFunctionUrl` */
  readonly action: string;
  /** ARN of the function, with the qualifier. */
  readonly resource: string;
  /** Undefined: somebody who did not sign. A service is named by its host: `sqs.amazonaws.com`. */
  readonly caller: Principal | { readonly service: string } | undefined;
  /** Values of condition keys: `{ 'lambda:FunctionUrlAuthType': 'NONE' }`. */
  readonly context?: Readonly<Record<string, string>>;
};

/** Resource-based policies: what AddPermission said of functions, those of the configuration, too. */
export class FunctionPolicies {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /** In the order in which they were added. */
  statements(functionName: string, qualifier: string | undefined): readonly PolicyStatement[] {
    const sql =
      'SELECT statement FROM lambda_permissions WHERE function_name = ? AND qualifier = ? ORDER BY position';
    return this.#state
      .statement(sql)
      .all(functionName, qualifier ?? '')
      .map((row) => jsonOf<PolicyStatement>(row, 'statement'));
  }

  add(functionName: string, qualifier: string | undefined, statement: PolicyStatement): void {
    const sql =
      'SELECT coalesce(max(position), 0) + 1 AS next FROM lambda_permissions WHERE function_name = ? AND qualifier = ?';
    const row = this.#state.statement(sql).get(functionName, qualifier ?? '');
    this.#state
      .statement('INSERT INTO lambda_permissions VALUES (?, ?, ?, ?, ?)')
      .run(
        functionName,
        qualifier ?? '',
        integerOf(row ?? {}, 'next'),
        statement.Sid,
        JSON.stringify(statement),
      );
  }

  /** Whether there was one. */
  remove(functionName: string, qualifier: string | undefined, statementId: string): boolean {
    const { changes } = this.#state
      .statement(
        'DELETE FROM lambda_permissions WHERE function_name = ? AND qualifier = ? AND statement_id = ?',
      )
      .run(functionName, qualifier ?? '', statementId);
    return changes > 0;
  }

  /** Whether the policy of a function lets somebody in. There is no deny: AddPermission cannot say one. */
  allows(access: FunctionAccess): boolean {
    const { action, resource, caller, context = {} } = access;
    const request = { action, resource, context: contextFor(caller, context) };
    return this.statements(access.functionName, access.qualifier).some(
      (statement) =>
        names(statement.Principal ?? {}, caller) &&
        new CompiledStatement(statement, { Version: '2012-10-17', Statement: statement }).applies(request),
    );
  }
}

function contextFor(
  caller: FunctionAccess['caller'],
  context: Readonly<Record<string, string>>,
): (name: string) => string | undefined {
  if (caller !== undefined && 'arn' in caller) return contextOf(caller, context);
  const values = new Map(Object.entries(context).map(([name, value]) => [name.toLowerCase(), value]));
  return (name) => values.get(name.toLowerCase());
}

function names(principal: PrincipalElement, caller: FunctionAccess['caller']): boolean {
  if (principal === '*') return true;
  if (caller === undefined) return [principal.AWS ?? []].flat().includes('*');
  if ('service' in caller) return [principal.Service ?? []].flat().includes(caller.service);
  const known = ['*', caller.arn, caller.roleArn, caller.account, `arn:aws:iam::${caller.account}:root`];
  return [principal.AWS ?? []].flat().some((one) => known.includes(one));
}

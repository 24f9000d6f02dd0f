import { createHash } from 'node:crypto';
import type { ApiOperation, OperationCall } from '../../http/api-operation.ts';
import { AwsError } from '../../http/aws-error.ts';
import type { ConditionBlock, PrincipalElement } from '../../identity/policy-document.ts';
import type { FunctionReference } from '../function-name.ts';
import { invalidParameter, resourceConflict, resourceNotFound, revisionMismatch } from '../lambda-errors.ts';
import type { FunctionDeps } from './function-deps.ts';
import type { PolicyStatement } from './function-policies.ts';
import { Members } from './members.ts';
import { existingFunction } from './operation-function.ts';

const PATH = '/2015-03-31/functions/{FunctionName}/policy';
/** Of the whole policy: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LONGEST_POLICY_BYTES = 20_480;
const STATEMENT_ID = { test: /^[a-zA-Z0-9-_]+$/, text: '([a-zA-Z0-9-_]+)' };
const ACTION = { test: /^(lambda:\*|lambda:[a-zA-Z]+|\*)$/, text: '(lambda:[*]|lambda:[a-zA-Z]+|[*])' };

/** Resource-based policies. Between functions of the configuration and deployed ones there is no difference. */
export function policyOperations(deps: FunctionDeps): readonly ApiOperation[] {
  return [
    {
      name: 'AddPermission',
      route: { method: 'POST', path: PATH },
      support: 'supported',
      handle: (call) => addPermission(call, deps),
    },
    {
      name: 'RemovePermission',
      route: { method: 'DELETE', path: `${PATH}/{StatementId}` },
      support: 'supported',
      handle(call) {
        const { name, qualifier } = existingFunction(call, deps, 'RemovePermission');
        checkRevision(call.query.get('RevisionId'), { name, qualifier }, deps);
        const id = call.path.StatementId ?? '';
        if (deps.policies.statements(name, qualifier).length === 0) {
          throw resourceNotFound('No policy is associated with the given resource.');
        }
        deps.state.transaction(() => {
          if (!deps.policies.remove(name, qualifier, id)) {
            throw resourceNotFound(`Statement ${id} is not found in resource policy.`);
          }
          touch({ name, qualifier }, deps);
        });
        return { status: 204 };
      },
    },
    {
      name: 'GetPolicy',
      route: { method: 'GET', path: PATH },
      support: 'supported',
      handle(call) {
        const reference = existingFunction(call, deps, 'GetPolicy');
        const statements = deps.policies.statements(reference.name, reference.qualifier);
        if (statements.length === 0) throw resourceNotFound('The resource you requested does not exist.');
        return { output: { Policy: policyText(statements), RevisionId: revisionOf(reference, deps) } };
      },
    },
  ];
}

function addPermission(
  call: OperationCall,
  deps: FunctionDeps,
): { status: number; output: { Statement: string } } {
  const reference = existingFunction(call, deps, 'AddPermission');
  const { name, qualifier } = reference;
  const members = new Members(call.input);
  const statementId = members.requiredText('StatementId', { min: 1, max: 100, pattern: STATEMENT_ID });
  const action = members.requiredText('Action', { pattern: ACTION });
  const principal = members.requiredText('Principal');
  const condition = conditionOf(members);
  const revisionId = members.text('RevisionId');
  members.check();
  if (qualifier === '$LATEST') {
    throw invalidParameter('We currently do not support adding policies for $LATEST.');
  }
  const statement: PolicyStatement = {
    Sid: statementId,
    Effect: 'Allow',
    Principal: principalOf(principal),
    Action: action,
    Resource: deps.functions.arnOf(name, qualifier),
    ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
  };
  const existing = deps.policies.statements(name, qualifier);
  if (existing.some(({ Sid }) => Sid === statementId)) {
    throw resourceConflict(
      `The statement id (${statementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  }
  checkRevision(revisionId ?? null, reference, deps);
  const size = Buffer.byteLength(policyText([...existing, statement]));
  if (size > LONGEST_POLICY_BYTES) {
    throw new AwsError(400, 'PolicyLengthExceededException', {
      Type: 'User',
      message: `The final policy size (${size}) is bigger than the limit (${LONGEST_POLICY_BYTES}).`,
    });
  }
  deps.state.transaction(() => {
    deps.policies.add(name, qualifier, statement);
    touch(reference, deps);
  });
  return { status: 201, output: { Statement: JSON.stringify(statement) } };
}

function principalOf(principal: string): PrincipalElement {
  if (principal === '*') return '*';
  if (/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(principal)) return { Service: principal };
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  if (/^arn:aws[a-z-]*:(iam|sts)::\d{12}:.+$/.test(principal)) return { AWS: principal };
  throw invalidParameter('The provided principal was invalid. Please check the principal and try again.');
}

function conditionOf(members: Members): ConditionBlock {
  const authType = members.text('FunctionUrlAuthType', { values: ['NONE', 'AWS_IAM'] });
  const organization = members.text('PrincipalOrgID', { min: 12, max: 34 });
  const account = members.text('SourceAccount', { max: 12 });
  const token = members.text('EventSourceToken', { max: 256 });
  const arn = members.text('SourceArn');
  const viaUrl = members.boolean('InvokedViaFunctionUrl');
  const equals = {
    ...(authType === undefined ? {} : { 'lambda:FunctionUrlAuthType': authType }),
    ...(organization === undefined ? {} : { 'aws:PrincipalOrgID': organization }),
    ...(account === undefined ? {} : { 'AWS:SourceAccount': account }),
    ...(token === undefined ? {} : { 'lambda:EventSourceToken': token }),
  };
  return {
    ...(Object.keys(equals).length === 0 ? {} : { StringEquals: equals }),
    ...(viaUrl === undefined ? {} : { Bool: { 'lambda:InvokedViaFunctionUrl': String(viaUrl) } }),
    ...(arn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': arn } }),
  };
}

function policyText(statements: readonly PolicyStatement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements });
}

function checkRevision(given: string | null, reference: FunctionReference, deps: FunctionDeps): void {
  if (given !== null && given !== '' && given !== revisionOf(reference, deps)) {
    throw revisionMismatch('GetPolicy');
  }
}

/** Lambda has none for the policy itself: it is that of the version or the alias. */
function revisionOf({ name, qualifier }: FunctionReference, deps: FunctionDeps): string {
  const configured = deps.registry.configured(name);
  if (configured !== undefined) {
    const content = JSON.stringify([configured.spec, deps.policies.statements(name, qualifier)]);
    return uuidOf(createHash('sha256').update(content).digest());
  }
  const alias = qualifier === undefined ? undefined : deps.functions.aliases.get(name, qualifier);
  return alias?.revisionId ?? deps.functions.find({ name, qualifier }).revisionId;
}

function touch({ name, qualifier }: FunctionReference, deps: FunctionDeps): void {
  if (deps.registry.configured(name) === undefined) deps.editor.touch(name, qualifier);
}

function uuidOf(hash: Buffer): string {
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

import { createHash } from 'node:crypto';
import { aws_iam, CfnResource, Lazy, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { TrustStatement } from './developers.ts';
import {
  asRecord,
  field,
  functionConstruct,
  isResourceOfType,
  override,
  ownProperty,
  property,
  withOverride,
} from './function-resource.ts';
import { outermostStack } from './iot-endpoint.ts';
import { referencedResources } from './references.ts';
import { stubStatements } from './stub-policy.ts';

/** The role that a function runs as: the construct with its methods, or the mere resource where there is none. */
export type ExecutionRole =
  | { readonly type: 'construct'; readonly role: aws_iam.IRole }
  | { readonly type: 'resource'; readonly resource: CfnResource };

/** A role of which the app knows nothing but the ARN is imported, by whatever construct. */
export function executionRole(resource: CfnResource): ExecutionRole | undefined {
  const construct = functionConstruct(resource);
  const ofConstruct = field(construct, 'role');
  // Another construct around a function may have a role for something else.
  if (isRole(ofConstruct) && field(construct, 'functionArn') !== undefined)
    return { type: 'construct', role: ofConstruct };
  const target = executionRoleResource(resource);
  if (target !== undefined) {
    const owner: unknown = target.node.scope?.node.defaultChild === target ? target.node.scope : undefined;
    return isRole(owner) ? { type: 'construct', role: owner } : { type: 'resource', resource: target };
  }
  const arn = property(resource, 'Role');
  if (typeof arn !== 'string') return undefined;
  return { type: 'construct', role: aws_iam.Role.fromRoleArn(resource, 'LlxRole', arn) };
}

/** The role's resource, when it is of this app. */
export function executionRoleResource(resource: CfnResource): CfnResource | undefined {
  return referencedResources(resource, property(resource, 'Role')).find((each) =>
    isResourceOfType(each, 'AWS::IAM::Role'),
  );
}

/** @returns false where the role takes no policies: it is of another account, or the app forbids it. */
export function attachStubPolicy(role: ExecutionRole, resource: CfnResource): boolean {
  const statements = stubStatements(resource);
  const policyName = stubPolicyName(resource);
  if (role.type === 'resource') {
    const policyDocument = new aws_iam.PolicyDocument({ statements });
    const roles = [role.resource.ref];
    existsWith(resource, new aws_iam.CfnPolicy(resource, 'LlxPolicy', { policyName, policyDocument, roles }));
    return true;
  }
  const policy = new aws_iam.Policy(resource, 'LlxPolicy', { policyName, statements });
  role.role.attachInlinePolicy(policy);
  existsWith(resource, policy.node.defaultChild);
  return attachedRoles(policy).length > 0;
}

/**
 * Not the default, the logical id in a stack. Stacks may share an imported role, the same one under another name or in
 * another region, too: the policy of one would replace that of the other, and leave the role with it.
 */
function stubPolicyName(resource: CfnResource): string {
  const stack = Stack.of(resource);
  const place = createHash('sha256').update(`${outermostStack(stack).stackName} ${resource.node.addr}`);
  return `llx-${place.digest('hex').slice(0, 40)}-${stack.region}`;
}

/** A policy that names a function which a condition leaves out would break the template. */
function existsWith(resource: CfnResource, policy: IConstruct | undefined): void {
  const { condition } = resource.cfnOptions;
  if (condition !== undefined && CfnResource.isCfnResource(policy)) policy.cfnOptions.condition = condition;
}

/** Roles that may not be changed take a policy without a word and without attaching it. */
function attachedRoles(policy: aws_iam.Policy): readonly unknown[] {
  const roles: unknown = Stack.of(policy).resolve(field(policy.node.defaultChild, 'roles'));
  return Array.isArray(roles) ? roles : [];
}

/** @returns false for a role whose trust is not in this app. */
export function addTrust(role: ExecutionRole, statements: readonly TrustStatement[]): boolean {
  if (role.type === 'resource') {
    addTrustToResource(role.resource, statements);
    return true;
  }
  const document = field(role.role, 'assumeRolePolicy');
  if (!isPolicyDocument(document)) return false;
  document.addStatements(...statements.map((statement) => aws_iam.PolicyStatement.fromJson(statement)));
  return true;
}

/** What was added already, for functions that share a role; a document of a construct drops doubles by itself. */
const trusted = new WeakMap<CfnResource, Set<string>>();

function addTrustToResource(resource: CfnResource, statements: readonly TrustStatement[]): void {
  const known = trusted.get(resource) ?? new Set();
  const fresh = statements.filter((statement) => !known.has(JSON.stringify(statement)));
  if (fresh.length === 0) return;
  trusted.set(resource, new Set([...known, ...fresh.map((statement) => JSON.stringify(statement))]));
  const own = ownProperty(resource, 'AssumeRolePolicyDocument');
  const given = override(resource, 'AssumeRolePolicyDocument');
  resource.addPropertyOverride(
    'AssumeRolePolicyDocument',
    Lazy.uncachedAny({
      produce: (context) => {
        const document = asRecord(withOverride(context.resolve(own), context.resolve(given)));
        return { ...document, Statement: [document.Statement ?? [], fresh].flat() };
      },
    }),
  );
}

function isRole(value: unknown): value is aws_iam.IRole {
  return typeof field(value, 'attachInlinePolicy') === 'function' && field(value, 'roleArn') !== undefined;
}

function isPolicyDocument(value: unknown): value is aws_iam.PolicyDocument {
  return typeof field(value, 'addStatements') === 'function';
}

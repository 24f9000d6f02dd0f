import { Annotations, type CfnResource, Stack } from 'aws-cdk-lib';
import { estimatedJsonLength } from './estimate.ts';
import { executionRoleResource } from './execution-role.ts';
import {
  field,
  functionConstruct,
  isResourceOfType,
  property,
  synthesizedProperties,
} from './function-resource.ts';
import { referencedResources } from './references.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: bytes, of the variables as JSON. */
const ENVIRONMENT_BYTES = 4096;
const LAYERS = 5;
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: characters, white space left out. */
const INLINE_POLICIES_LENGTH = 10_240;
const TRUST_POLICY_LENGTH = 2048;

const LEAVE_OUT = 'or leave this function out: LiveLambda.enable(app, { functions: […] })';

/** What AWS would refuse in a live function: looked at when all aspects have run, before anything is written. */
export function limitErrors(resource: CfnResource): string[] {
  const { Environment, Layers } = synthesizedProperties(resource);
  return [
    ...environmentErrors(resource, field(Environment, 'Variables')),
    ...layerErrors(Layers),
    ...roleErrors(resource),
  ];
}

function environmentErrors(resource: CfnResource, variables: unknown): string[] {
  const least = byteLength(variables, 'left-out');
  const likely = byteLength(variables, 'guessed');
  const own = Object.entries(variables ?? {}).filter(([name]) => name.startsWith('LLX_'));
  const ownBytes = byteLength(Object.fromEntries(own), 'guessed');
  const limit = `Lambda takes ${ENVIRONMENT_BYTES} bytes of environment variables`;
  const mend = `those of llx are about ${ownBytes}. Move long values to Parameter Store or AppConfig, ${LEAVE_OUT}`;
  if (least > ENVIRONMENT_BYTES) return [`${limit}, and this function has at least ${least}; ${mend}`];
  if (likely > ENVIRONMENT_BYTES) {
    Annotations.of(functionConstruct(resource)).addWarningV2(
      'llx:environment-size',
      `${limit}, and with values that are known only when it is deployed this function has about ${likely}; ${mend}`,
    );
  }
  return [];
}

function byteLength(variables: unknown, unknown: 'guessed' | 'left-out'): number {
  // Intrinsic functions are ASCII; what lies outside of it is in literals, which are in both.
  const text = JSON.stringify(variables ?? {});
  return estimatedJsonLength(variables ?? {}, unknown) + Buffer.byteLength(text) - text.length;
}

function layerErrors(layers: unknown): string[] {
  if (!Array.isArray(layers) || layers.length <= LAYERS) return [];
  return [
    `Lambda takes ${LAYERS} layers, and this function has ${layers.length} with the stub’s. Merge two of them, ${LEAVE_OUT}`,
  ];
}

function roleErrors(resource: CfnResource): string[] {
  const stack = Stack.of(resource);
  const role = executionRoleResource(resource);
  const policies = totalLength(inlinePolicies(resource, role));
  const trust =
    role === undefined ? 0 : estimatedJsonLength(stack.resolve(property(role, 'AssumeRolePolicyDocument')));
  const name = role === undefined ? 'its role' : functionConstruct(role).node.path;
  return [
    ...(policies > INLINE_POLICIES_LENGTH
      ? [
          `IAM takes ${INLINE_POLICIES_LENGTH} characters of inline policies in a role, and ${name} has about ${policies} ` +
            'with those of llx, one for each function that shares it. Give the function a role of its own, ' +
            `use managed policies for its other permissions, ${LEAVE_OUT}`,
        ]
      : []),
    ...(trust > TRUST_POLICY_LENGTH
      ? [
          `IAM takes ${TRUST_POLICY_LENGTH} characters in a trust policy, and that of ${name} has about ${trust} ` +
            'with those of llx. Name fewer developers: a pattern, as arn:aws:iam::111122223333:role/dev-*, ' +
            'or a permission set, as sso:Dev',
        ]
      : []),
  ];
}

function totalLength(documents: readonly unknown[]): number {
  return documents.map((each) => estimatedJsonLength(each)).reduce((sum, length) => sum + length, 0);
}

/** The documents of all policies of the app that are in a role; of a role that is imported, those of the function itself. */
function inlinePolicies(resource: CfnResource, role: CfnResource | undefined): readonly unknown[] {
  const stack = Stack.of(resource);
  const attached = (role === undefined ? resource : resource.node.root).node
    .findAll()
    .filter((construct) => isResourceOfType(construct, 'AWS::IAM::Policy'))
    .filter(
      (policy) => role === undefined || referencedResources(policy, property(policy, 'Roles')).includes(role),
    )
    .map((policy) => stack.resolve(property(policy, 'PolicyDocument')));
  const own: unknown = role === undefined ? [] : stack.resolve(property(role, 'Policies'));
  return [
    ...attached,
    ...(Array.isArray(own) ? own.map((policy) => field(policy, 'policyDocument') ?? policy) : []),
  ];
}

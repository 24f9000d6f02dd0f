import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { executionRoleResource } from './execution-role.ts';
import { field, isResourceOfType, property } from './function-resource.ts';
import { referencedFunctions } from './references.ts';

/** The functions of a tree whose versions a CloudFront distribution names. */
export function distributedFunctions(root: IConstruct): ReadonlySet<IConstruct> {
  return new Set(
    root.node
      .findAll()
      .filter((construct) => isResourceOfType(construct, 'AWS::CloudFront::Distribution'))
      .flatMap((distribution) =>
        referencedFunctions(distribution, property(distribution, 'DistributionConfig')),
      ),
  );
}

/** Lambda@Edge runs a function only if its role trusts this service: also where a distribution of another region names it. */
export function isTrustedByEdge(resource: CfnResource): boolean {
  const role = executionRoleResource(resource);
  if (role === undefined) return false;
  const document = property(role, 'AssumeRolePolicyDocument');
  const toJson = field(document, 'toJSON');
  // A document that is resolved is frozen; its JSON is not it.
  const json: unknown = typeof toJson === 'function' ? toJson.call(document) : document;
  return JSON.stringify(Stack.of(role).resolve(json) ?? '').includes('edgelambda.amazonaws.com');
}

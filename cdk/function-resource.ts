import { CfnResource, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Also what was made as a plain CfnResource, and by another copy of aws-cdk-lib: `instanceof` knows neither. */
export function isFunctionResource(construct: IConstruct): construct is CfnResource {
  return isResourceOfType(construct, 'AWS::Lambda::Function');
}

export function isResourceOfType(construct: IConstruct, type: string): construct is CfnResource {
  return CfnResource.isCfnResource(construct) && construct.cfnResourceType === type;
}

/** The construct that people see: an L2 with its resource inside, or the resource itself where there is none. */
export function functionConstruct(resource: IConstruct): IConstruct {
  const { scope, defaultChild } = {
    scope: resource.node.scope,
    defaultChild: resource.node.scope?.node.defaultChild,
  };
  return scope !== undefined && defaultChild === resource && !Stack.isStack(scope) ? scope : resource;
}

/**
 * A property of a resource as it will be synthesized, tokens unresolved: an override wins. Read without resolving the
 * whole resource: a cached Lazy would keep the value that it has now, and lose what a later aspect adds.
 * @param name as in a template: `Handler`.
 */
export function property(resource: IConstruct, name: string): unknown {
  const overrides = field(field(resource, 'rawOverrides'), 'Properties');
  const overridden = field(overrides, name);
  if (overridden !== undefined) return overridden;
  const own = field(resource, name.charAt(0).toLowerCase() + name.slice(1));
  return own ?? field(field(resource, '_cfnProperties'), name);
}

/** A property that is a string and no token; undefined for all else. */
export function literal(resource: IConstruct, name: string): string | undefined {
  const value = property(resource, name);
  return typeof value === 'string' && !Token.isUnresolved(value) ? value : undefined;
}

/** The properties as in the template: only once all aspects have run. */
export function synthesizedProperties(resource: CfnResource): Readonly<Record<string, unknown>> {
  const template: unknown = Stack.of(resource).resolve(resource._toCloudFormation());
  for (const synthesized of Object.values(asRecord(field(template, 'Resources')))) {
    return asRecord(field(synthesized, 'Properties'));
  }
  return {};
}

export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

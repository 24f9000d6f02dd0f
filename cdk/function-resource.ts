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
  const { scope } = resource.node;
  return scope?.node.defaultChild === resource && !Stack.isStack(scope) ? scope : resource;
}

/**
 * A property of a resource as it will be synthesized, tokens unresolved: an override wins. Read without resolving the
 * whole resource: a cached Lazy would keep the value that it has now, and lose what a later aspect adds.
 * @param name as in a template: `Handler`.
 */
export function property(resource: IConstruct, name: string): unknown {
  return override(resource, name) ?? ownProperty(resource, name);
}

/** What `addPropertyOverride` was given of a property: of an object it may be a part, which is merged into it. */
export function override(resource: IConstruct, name: string): unknown {
  return field(field(field(resource, 'rawOverrides'), 'Properties'), name);
}

/** A property without its override. The parts of an object have small initials where a construct has a type for it. */
export function ownProperty(resource: IConstruct, name: string): unknown {
  const own = field(resource, name.charAt(0).toLowerCase() + name.slice(1));
  return own ?? field(field(resource, '_cfnProperties'), name);
}

/** As the CDK merges an override: into objects, and into lists by their indices. */
export function withOverride(value: unknown, given: unknown): unknown {
  if (given === undefined) return value;
  if (!isObject(given) || Array.isArray(given) || !isObject(value)) return given;
  const merged: Record<string, unknown> = { ...value };
  for (const [key, each] of Object.entries(given)) merged[key] = withOverride(merged[key], each);
  return Array.isArray(value) ? Object.values(merged) : merged;
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
  return isObject(value) ? Reflect.get(value, name) : undefined;
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) && !Array.isArray(value) ? { ...value } : {};
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

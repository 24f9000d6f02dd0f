import {
  CfnResource,
  DefaultTokenResolver,
  type IPostProcessor,
  type IResolvable,
  type IResolveContext,
  Reference,
  StringConcat,
  Tokenization,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { field, isResourceOfType, property } from './function-resource.ts';

/** The resources that a value refers to, of whatever stack. */
export function referencedResources(scope: IConstruct, value: unknown): readonly CfnResource[] {
  const collector = new ReferenceCollector();
  Tokenization.resolve(value, { scope, resolver: collector, preparing: true });
  return [...collector.found];
}

/** A value as far as it is known while aspects still run: references and what must not be resolved yet are empty. */
export function peek(scope: IConstruct, value: unknown): unknown {
  return Tokenization.resolve(value, { scope, resolver: new ReferenceCollector(), preparing: true });
}

/** The functions that a name or an ARN means, also through an alias or a version. */
export function referencedFunctions(scope: IConstruct, value: unknown): readonly CfnResource[] {
  return referencedResources(scope, value).flatMap((resource) =>
    isResourceOfType(resource, 'AWS::Lambda::Alias') || isResourceOfType(resource, 'AWS::Lambda::Version')
      ? referencedFunctions(resource, property(resource, 'FunctionName'))
      : isResourceOfType(resource, 'AWS::Lambda::Function')
        ? [resource]
        : [],
  );
}

class ReferenceCollector extends DefaultTokenResolver {
  readonly found = new Set<CfnResource>();

  constructor() {
    super(new StringConcat());
  }

  override resolveToken(
    token: IResolvable,
    context: IResolveContext,
    postProcessor: IPostProcessor,
  ): unknown {
    if (Reference.isReference(token)) {
      if (CfnResource.isCfnResource(token.target)) this.found.add(token.target);
      // Not resolved: a reference from another environment changes the resource that it names.
      return '';
    }
    return isCachedLazy(token) ? '' : super.resolveToken(token, context, postProcessor);
  }
}

/** It keeps what it was first resolved to: aspects that come later would change nothing any more. */
function isCachedLazy(token: IResolvable): boolean {
  return field(token, 'cache') === true || field(field(token, 'inner'), 'cache') === true;
}

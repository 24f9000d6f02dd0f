import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { field, isFunctionResource, property } from './function-resource.ts';
import { referencedFunctions } from './references.ts';

// Functions that constructs of the CDK bring along. Those that only answer CloudFormation are found without a name, too.
const OF_THE_CDK =
  /^(?:Custom::.+|@aws-cdk.*|AWSCDK(?:CfnUtilsProvider|\.).*|framework-(?:onEvent|isComplete|onTimeout)|(?:AWS|LogRetention|BucketNotificationsHandler|Eval)[0-9a-f]{32})$/;

/** Whether the CDK made a function for itself: nobody wants to run it on a laptop. */
export function isOfTheCdk(resource: IConstruct): boolean {
  return resource.node.scopes.some(({ node }) => OF_THE_CDK.test(node.id));
}

/**
 * The functions of a tree that answer CloudFormation, straight or behind a Provider. A session that is lost while one of
 * them runs is an answer that never comes: the deployment waits for it, up to an hour.
 */
export function customResourceHandlers(root: IConstruct): ReadonlySet<IConstruct> {
  const constructs = root.node.findAll();
  const direct = constructs
    .filter((construct) => CfnResource.isCfnResource(construct))
    .flatMap((resource) => referencedFunctions(resource, property(resource, 'ServiceToken')));
  const behindProviders = constructs
    .filter(({ node }) => node.tryFindChild('framework-onEvent') !== undefined)
    .flatMap((provider) => [field(provider, 'onEventHandler'), field(provider, 'isCompleteHandler')])
    .map((handler) => field(field(handler, 'node'), 'defaultChild'))
    .filter(
      (handler): handler is CfnResource => CfnResource.isCfnResource(handler) && isFunctionResource(handler),
    );
  return new Set([...direct, ...behindProviders]);
}

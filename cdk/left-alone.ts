import { type CfnResource, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { distributedFunctions, isTrustedByEdge } from './edge-functions.ts';
import { asRecord, field, functionConstruct, override, ownProperty, property } from './function-resource.ts';
import { customResourceHandlers } from './provider-functions.ts';
import { peek } from './references.ts';

/** Why a function cannot be made live. */
export type Reason = { readonly id: string; readonly text: string };

/** What only the whole tree tells of a function. */
export type TreeKnowledge = {
  readonly customResourceHandlers: ReadonlySet<IConstruct>;
  readonly distributed: ReadonlySet<IConstruct>;
};

export function learnTree(root: IConstruct): TreeKnowledge {
  return { customResourceHandlers: customResourceHandlers(root), distributed: distributedFunctions(root) };
}

/** The stub is built for this Node.js: `build.target` of the stub. */
const OLDEST_NODE = 22;

/** @returns undefined for a function that the stub can stand in front of. */
export function reasonToLeave(resource: CfnResource, tree: TreeKnowledge): Reason | undefined {
  const given = (name: string): boolean => property(resource, name) !== undefined;
  const code = property(resource, 'Code');
  const image = field(code, 'imageUri') ?? field(code, 'ImageUri');
  if (property(resource, 'PackageType') === 'Image' || image !== undefined) {
    return { id: 'llx:image', text: 'it is a container image, which takes no layers' };
  }
  if (tree.distributed.has(resource) || isTrustedByEdge(resource)) {
    return { id: 'llx:edge', text: 'Lambda@Edge allows neither layers nor environment variables' };
  }
  if (given('DurableConfig')) {
    return {
      id: 'llx:durable',
      text: 'it is a durable function, whose steps are replayed: the stub knows nothing of them',
    };
  }
  if (given('TenancyConfig')) {
    return {
      id: 'llx:tenancy',
      text: 'its environments are isolated by tenant, and a laptop would serve them all',
    };
  }
  if (given('CapacityProviderConfig')) {
    return {
      id: 'llx:capacity-provider',
      text: 'on managed instances one environment runs several invocations at once, which the stub does not',
    };
  }
  if (given('CodeSigningConfigArn')) {
    return {
      id: 'llx:code-signing',
      text: 'its code is signed, and so must its layers be: the layer of the stub is not',
    };
  }
  return runtimeReason(resource) ?? handlerReason(resource, tree);
}

function runtimeReason(resource: CfnResource): Reason | undefined {
  const runtime = property(resource, 'Runtime');
  if (typeof runtime !== 'string') return { id: 'llx:runtime', text: 'it names no runtime' };
  if (Token.isUnresolved(runtime)) {
    // Runtime.NODEJS_LATEST is looked up by region; a construct knows the family all the same.
    const family = field(field(functionConstruct(resource), 'runtime'), 'family');
    return family === NODEJS_FAMILY
      ? undefined
      : { id: 'llx:runtime', text: 'its runtime is known only when it is deployed' };
  }
  const [, major] = /^nodejs(\d+)\.x$/.exec(runtime) ?? [];
  if (major === undefined) {
    return { id: 'llx:runtime', text: `the stub runs on Node.js, and the function on ${runtime}` };
  }
  return Number(major) >= OLDEST_NODE
    ? undefined
    : {
        id: 'llx:runtime',
        text: `the stub needs nodejs${OLDEST_NODE}.x or later, and the function is on ${runtime}`,
      };
}

/** `RuntimeFamily.NODEJS`; its value, because there may be two copies of the CDK. */
const NODEJS_FAMILY = 0;

function handlerReason(resource: CfnResource, tree: TreeKnowledge): Reason | undefined {
  if (tree.customResourceHandlers.has(resource)) {
    return {
      id: 'llx:custom-resource',
      text: 'it answers CloudFormation, which would wait for an hour for the answer of a session that was lost',
    };
  }
  if (property(resource, 'Handler') === undefined) return { id: 'llx:handler', text: 'it names no handler' };
  const variables = variablesOf(resource);
  // An override does not go into an intrinsic function but replaces it, and with it the function's own variables.
  if (Object.keys(variables).some((name) => name.startsWith('Fn::'))) {
    return { id: 'llx:environment', text: 'its environment variables are known only when it is deployed' };
  }
  const { AWS_LAMBDA_EXEC_WRAPPER } = variables;
  // https://github.com/awslabs/aws-lambda-web-adapter: the handler is a script of the adapter.
  return AWS_LAMBDA_EXEC_WRAPPER === '/opt/bootstrap'
    ? {
        id: 'llx:web-adapter',
        text: 'the Lambda Web Adapter runs in place of the runtime that would load the stub',
      }
    : undefined;
}

function variablesOf(resource: CfnResource): Readonly<Record<string, unknown>> {
  const [own, given] = [ownProperty, override].map((read) => peek(resource, read(resource, 'Environment')));
  return {
    ...asRecord(field(own, 'variables') ?? field(own, 'Variables') ?? own),
    ...asRecord(field(given, 'Variables')),
  };
}

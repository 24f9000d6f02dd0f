import { Annotations, type CfnResource, Token } from 'aws-cdk-lib';
import { functionConstruct, isResourceOfType, property } from './function-resource.ts';
import { referencedFunctions, referencedResources } from './references.ts';

/** SQS's own, where a queue says nothing. */
const DEFAULT_VISIBILITY_SECONDS = 30;

/** SQS's largest. */
const MOST_VISIBILITY_SECONDS = 43_200;

/**
 * Warns of each queue that shows a message again while the function still works on it. Lambda refuses to create such a
 * mapping, but does not look when the timeout is raised later.
 */
export function warnOfVisibility(resource: CfnResource, timeoutSeconds: number): void {
  const mappings = resource.node.root.node
    .findAll()
    .filter((construct) => isResourceOfType(construct, 'AWS::Lambda::EventSourceMapping'))
    .filter((mapping) => referencedFunctions(mapping, property(mapping, 'FunctionName')).includes(resource));
  for (const mapping of mappings) {
    const source = property(mapping, 'EventSourceArn');
    const queues = referencedResources(mapping, source).filter((each) =>
      isResourceOfType(each, 'AWS::SQS::Queue'),
    );
    for (const queue of queues) warnOfQueue(resource, queue, timeoutSeconds);
    if (queues.length === 0 && typeof source === 'string' && /^arn:[^:]*:sqs:/.test(source)) {
      warn(
        resource,
        `the visibility timeout of ${source}, which is not in this app, is not known`,
        timeoutSeconds,
      );
    }
  }
}

function warnOfQueue(resource: CfnResource, queue: CfnResource, timeoutSeconds: number): void {
  const visibility = property(queue, 'VisibilityTimeout') ?? DEFAULT_VISIBILITY_SECONDS;
  const { path } = functionConstruct(queue).node;
  if (Token.isUnresolved(visibility) || typeof visibility !== 'number') {
    return warn(resource, `the visibility timeout of ${path} is not known`, timeoutSeconds);
  }
  if (visibility >= timeoutSeconds) return;
  warn(resource, `the queue ${path} shows a message again after ${visibility} s`, timeoutSeconds);
}

function warn(resource: CfnResource, finding: string, timeoutSeconds: number): void {
  const advised = Math.min(6 * timeoutSeconds, MOST_VISIBILITY_SECONDS);
  Annotations.of(functionConstruct(resource)).addWarningV2(
    'llx:visibility-timeout',
    `While it is live this function may run for ${timeoutSeconds} s, and ${finding}. A message that comes again before ` +
      'its handler is done is handled twice, and Lambda refuses to create such a mapping anew. Give the queue a ' +
      `visibilityTimeout of at least ${timeoutSeconds} s (AWS advises six times the timeout: ${advised} s), ` +
      'or enable llx with a shorter timeout.',
  );
}

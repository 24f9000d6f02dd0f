import { aws_iam, type CfnResource, Stack } from 'aws-cdk-lib';

/**
 * What the stub in front of a function may do in IoT Core: docs/live.md §2. Publish and subscribe on the topics of this
 * function only. A reference to the function is in a policy of its own, of which the function knows nothing: no cycle.
 */
export function stubStatements(resource: CfnResource): aws_iam.PolicyStatement[] {
  const { partition, region, account } = Stack.of(resource);
  const iot = `arn:${partition}:iot:${region}:${account}`;
  const subject = `llx/v1/arn:${partition}:lambda:${region}:${account}:function:${resource.ref}`;
  const allow = (action: string, ...resources: readonly string[]): aws_iam.PolicyStatement =>
    new aws_iam.PolicyStatement({ actions: [action], resources: resources.map((each) => `${iot}:${each}`) });
  return [
    allow('iot:Connect', 'client/llx-stub-*'),
    allow(
      'iot:Subscribe',
      `topicfilter/${subject}/presence/*`,
      `topicfilter/${subject}/out/*`,
      'topicfilter/llx/v1/sessions/*',
    ),
    allow('iot:Receive', `topic/${subject}/presence/*`, `topic/${subject}/out/*`, 'topic/llx/v1/sessions/*'),
    allow('iot:Publish', `topic/${subject}/in/*`),
    allow('iot:GetRetainedMessage', `topic/${subject}/presence/*`, 'topic/llx/v1/sessions/*'),
  ];
}

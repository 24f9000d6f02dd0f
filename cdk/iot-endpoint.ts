import { aws_iam, custom_resources, type Stack } from 'aws-cdk-lib';

const ID = 'LlxIotEndpoint';

/**
 * IoT Core's data endpoint of the account and region that a stack is deployed to. CloudFormation has no such value: a
 * custom resource asks once for each stack (nested ones share that of the outermost), and no cold start has to.
 */
export function iotEndpoint(stack: Stack): string {
  const outermost = outermostStack(stack);
  const existing = outermost.node.tryFindChild(ID);
  const resource =
    existing === undefined ? createResource(outermost) : (existing as custom_resources.AwsCustomResource);
  return resource.getResponseField('endpointAddress');
}

/** The one that is deployed: nested stacks are resources of it. */
export function outermostStack(stack: Stack): Stack {
  return stack.nestedStackParent === undefined ? stack : outermostStack(stack.nestedStackParent);
}

function createResource(stack: Stack): custom_resources.AwsCustomResource {
  return new custom_resources.AwsCustomResource(stack, ID, {
    resourceType: 'Custom::LlxIotEndpoint',
    onUpdate: {
      service: '@aws-sdk/client-iot',
      action: 'DescribeEndpointCommand',
      parameters: { endpointType: 'iot:Data-ATS' },
      outputPaths: ['endpointAddress'],
      physicalResourceId: custom_resources.PhysicalResourceId.of('llx-iot-endpoint'),
    },
    // The action takes no resource.
    policy: custom_resources.AwsCustomResourcePolicy.fromStatements([
      new aws_iam.PolicyStatement({ actions: ['iot:DescribeEndpoint'], resources: ['*'] }),
    ]),
    // The SDK of the runtime knows this call: nothing is installed while the stack waits.
    installLatestAwsSdk: false,
  });
}

import {
  aws_cloudfront,
  aws_cloudfront_origins,
  aws_ecr,
  aws_iam,
  aws_lambda,
  aws_logs,
  aws_s3,
  aws_s3_notifications,
  CustomResource,
  custom_resources,
  Fn,
  RemovalPolicy,
  type Stack,
  triggers,
} from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { orders, synthesizeLive } from './live-app.test-support.ts';

const FUNCTION = 'AWS::Lambda::Function';

/** The L2, with a property that it cannot be given together with inline code. */
function overridden(name: string, value: unknown) {
  return (stack: Stack): void => {
    (orders(stack).node.defaultChild as aws_lambda.CfnFunction).addPropertyOverride(name, value);
  };
}

test.each([
  [
    'a container image',
    overridden('PackageType', 'Image'),
    'it is a container image, which takes no layers. [ack: llx:image]',
  ],
  [
    'the code of a container image',
    overridden('Code', { ImageUri: 'repository:tag' }),
    'it is a container image, which takes no layers. [ack: llx:image]',
  ],
  [
    'another runtime',
    (stack: Stack) => void orders(stack, { runtime: aws_lambda.Runtime.PYTHON_3_13 }),
    'the stub runs on Node.js, and the function on python3.13. [ack: llx:runtime]',
  ],
  [
    'a Node.js that is too old',
    (stack: Stack) => void orders(stack, { runtime: aws_lambda.Runtime.NODEJS_20_X }),
    'the stub needs nodejs22.x or later, and the function is on nodejs20.x. [ack: llx:runtime]',
  ],
  [
    'a durable function',
    overridden('DurableConfig', { ExecutionTimeout: 60 }),
    'it is a durable function, whose steps are replayed: the stub knows nothing of them. [ack: llx:durable]',
  ],
  [
    'a function with tenants',
    overridden('TenancyConfig', { TenantIsolationMode: 'PER_TENANT' }),
    'its environments are isolated by tenant, and a laptop would serve them all. [ack: llx:tenancy]',
  ],
  [
    'a function on managed instances',
    overridden('CapacityProviderConfig', { LambdaManagedInstancesCapacityProviderConfig: {} }),
    'on managed instances one environment runs several invocations at once, which the stub does not. ' +
      '[ack: llx:capacity-provider]',
  ],
  [
    'a function whose code is signed',
    overridden('CodeSigningConfigArn', 'arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-1'),
    'its code is signed, and so must its layers be: the layer of the stub is not. [ack: llx:code-signing]',
  ],
  [
    'a function whose environment depends on a condition',
    (stack: Stack) => {
      const resource = orders(stack).node.defaultChild as aws_lambda.CfnFunction;
      const variables = { TABLE: 'orders' };
      resource.environment = Fn.conditionIf('IsTest', { Variables: variables }, { Ref: 'AWS::NoValue' });
    },
    'its environment variables are known only when it is deployed. [ack: llx:environment]',
  ],
  [
    'the web adapter',
    (stack: Stack) =>
      void orders(stack, { handler: 'run.sh', environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/bootstrap' } }),
    'the Lambda Web Adapter runs in place of the runtime that would load the stub. [ack: llx:web-adapter]',
  ],
  [
    'the web adapter, where another variable is overridden',
    (stack: Stack) => {
      const fn = orders(stack, { environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/bootstrap' } });
      const resource = fn.node.defaultChild as aws_lambda.CfnFunction;
      resource.addPropertyOverride('Environment.Variables.PORT', '8080');
    },
    'the Lambda Web Adapter runs in place of the runtime that would load the stub. [ack: llx:web-adapter]',
  ],
  [
    'a function that answers CloudFormation',
    (stack: Stack) => void new CustomResource(stack, 'Custom', { serviceToken: orders(stack).functionArn }),
    'it answers CloudFormation, which would wait for an hour for the answer of a session that was lost. ' +
      '[ack: llx:custom-resource]',
  ],
  [
    'a function behind a provider',
    (stack: Stack) => {
      const provider = new custom_resources.Provider(stack, 'Provider', { onEventHandler: orders(stack) });
      new CustomResource(stack, 'Custom', { serviceToken: provider.serviceToken });
    },
    'it answers CloudFormation, which would wait for an hour for the answer of a session that was lost. ' +
      '[ack: llx:custom-resource]',
  ],
  [
    'a function whose version CloudFront runs',
    (stack: Stack) => {
      new aws_cloudfront.CfnDistribution(stack, 'Distribution', {
        distributionConfig: {
          enabled: true,
          defaultCacheBehavior: {
            targetOriginId: 'site',
            viewerProtocolPolicy: 'allow-all',
            lambdaFunctionAssociations: [
              { eventType: 'viewer-request', lambdaFunctionArn: orders(stack).currentVersion.functionArn },
            ],
          },
        },
      });
    },
    'Lambda@Edge allows neither layers nor environment variables. [ack: llx:edge]',
  ],
  [
    'a function of Lambda@Edge by its role',
    (stack: Stack) => {
      const site = new aws_cloudfront_origins.HttpOrigin('example.com');
      const distribution = new aws_cloudfront.Distribution(stack, 'Distribution', {
        defaultBehavior: { origin: site },
      });
      distribution.addBehavior('/api/*', site, {
        edgeLambdas: [
          {
            eventType: aws_cloudfront.LambdaEdgeEventType.VIEWER_REQUEST,
            functionVersion: orders(stack).currentVersion as aws_lambda.IVersion,
          },
        ],
      });
    },
    'Lambda@Edge allows neither layers nor environment variables. [ack: llx:edge]',
  ],
])('%s stays as it is, and a warning says why', (_name, build, reason) => {
  const live = synthesizeLive(build);
  const deployed = synthesizeLive(build, {}, { context: 'false' });

  expect(live.template).toEqual(deployed.template);
  expect(live.warnings).toEqual([`/Shop/Orders: llx leaves this function as it is: ${reason}`]);
});

test('a function that is made for the edge from another region stays as it is', () => {
  const { resource, warnings } = synthesizeLive(
    (stack) => {
      new aws_cloudfront.experimental.EdgeFunction(stack, 'Edge', {
        code: aws_lambda.Code.fromInline('exports.handler = async () => 1;'),
        handler: 'index.handler',
        runtime: aws_lambda.Runtime.NODEJS_24_X,
      });
    },
    {},
    { env: { account: '111122223333', region: 'us-east-1' } },
  );
  expect(resource(FUNCTION).Properties.Handler).toBe('index.handler');
  expect(warnings).toEqual([expect.stringContaining('[ack: llx:edge]')]);
});

test('functions that the CDK brings along stay as they are, without a word', () => {
  const { resources, resource, warnings } = synthesizeLive((stack) => {
    const fn = orders(stack);
    const bucket = new aws_s3.Bucket(stack, 'Bucket', {
      autoDeleteObjects: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    bucket.addEventNotification(
      aws_s3.EventType.OBJECT_CREATED,
      new aws_s3_notifications.LambdaDestination(fn),
    );
    const retention = aws_logs.RetentionDays.ONE_DAY;
    new aws_logs.LogRetention(stack, 'Retention', { logGroupName: '/aws/x', retention });
    new triggers.Trigger(stack, 'Trigger', { handler: fn });
    const onEventHandler = aws_lambda.Function.fromFunctionName(stack, 'Imported', 'imported');
    new custom_resources.Provider(stack, 'Provider', { onEventHandler });
  });
  const handlers = resources(FUNCTION).map((id) => [id, resource(FUNCTION, id).Properties.Handler]);

  expect(handlers.filter(([, handler]) => handler === '/opt/llx/index.handler')).toEqual([
    [expect.stringMatching(/^Orders/), '/opt/llx/index.handler'],
  ]);
  expect(handlers).toHaveLength(6);
  expect(warnings).toEqual([]);
});

test('a runtime that depends on the region is one of Node.js', () => {
  const { resource } = synthesizeLive(
    (stack) => void orders(stack, { runtime: aws_lambda.Runtime.NODEJS_LATEST }),
  );
  expect(resource(FUNCTION).Properties.Handler).toBe('/opt/llx/index.handler');
});

test('an image of an L2 construct is told from one of Node.js', () => {
  const { warnings } = synthesizeLive((stack) => {
    new aws_lambda.DockerImageFunction(stack, 'Orders', {
      code: aws_lambda.DockerImageCode.fromEcr(
        aws_ecr.Repository.fromRepositoryName(stack, 'Images', 'images'),
      ),
      role: new aws_iam.Role(stack, 'Role', {
        assumedBy: new aws_iam.ServicePrincipal('lambda.amazonaws.com'),
      }),
    });
  });
  expect(warnings).toEqual([expect.stringContaining('[ack: llx:image]')]);
});

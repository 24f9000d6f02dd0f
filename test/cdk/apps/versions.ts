import { fileURLToPath } from 'node:url';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, Code, Function as LambdaFunction, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LiveLambda } from 'llx/cdk';

const deployed = Code.fromAsset(fileURLToPath(new URL('deployed', import.meta.url)));
const app = new App();
const stack = new Stack(app, 'Versions');

/** Callers use an alias of its newest version, of which two environments wait. */
const checkout = new LambdaFunction(stack, 'Checkout', {
  functionName: 'checkout',
  runtime: Runtime.NODEJS_24_X,
  code: deployed,
  handler: 'index.handler',
  environment: { TABLE: 'carts' },
  layers: [new LayerVersion(stack, 'Fonts', { code: deployed })],
  role: new Role(stack, 'CheckoutRole', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaBasicExecutionRole')],
  }),
});
new Alias(stack, 'Live', {
  aliasName: 'live',
  version: checkout.currentVersion,
  provisionedConcurrentExecutions: 2,
}).addFunctionUrl();

/** Refers to its own version, and is referred to by the other function. */
const report = new LambdaFunction(stack, 'Report', {
  runtime: Runtime.NODEJS_22_X,
  code: deployed,
  handler: 'index.handler',
  timeout: Duration.seconds(5),
});
report.addAlias('nightly');
report.grantInvoke(checkout);

LiveLambda.enable(app, { developers: ['arn:aws:iam::*:user/ada'], timeout: Duration.minutes(2) });

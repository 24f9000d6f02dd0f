import { fileURLToPath } from 'node:url';
import { App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { LiveLambda } from 'llx/cdk';

/** Names that CloudFormation cuts: a function's has 64 letters, a nested stack's alone can have more. */
class CommerceBackendServices extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LambdaFunction(this, 'Front', {
      runtime: Runtime.NODEJS_24_X,
      code: Code.fromAsset(fileURLToPath(new URL('deployed', import.meta.url))),
      handler: 'index.handler',
      environment: { TABLE: 'front' },
    });
    new Billing(new Payments(this, 'PaymentsAndRefunds'), 'BillingOfTheMonth');
  }
}

class Payments extends NestedStack {}

/** Nested twice, with code that is in the template. */
class Billing extends NestedStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LambdaFunction(this, 'InvoicesOfEveryCustomer', {
      runtime: Runtime.NODEJS_22_X,
      code: Code.fromInline(
        'exports.handler = async (event) => ({ deployed: event, table: process.env.TABLE });',
      ),
      handler: 'index.handler',
      environment: { TABLE: 'invoices' },
    });
  }
}

const app = new App();
new CommerceBackendServices(new Stage(app, 'Beta'), 'CommerceBackendServices');
new CommerceBackendServices(new Stage(app, 'Prod'), 'CommerceBackendServices');
LiveLambda.enable(app, { developers: ['arn:aws:iam::*:user/ada'] });

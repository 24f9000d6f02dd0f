import { fileURLToPath } from 'node:url';
import { App, Stack } from 'aws-cdk-lib';
import { CfnPolicy, CfnRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { LiveLambda } from 'llx/cdk';

/** As published by somebody who writes CloudFormation in TypeScript: no construct of a function, no construct of a role. */
class Thumbnails extends Construct {
  readonly resource: CfnFunction;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const code = new Asset(this, 'Package', { path: fileURLToPath(new URL('deployed', import.meta.url)) });
    const role = new CfnRole(this, 'ExecutionRole', {
      assumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
        ],
      },
    });
    new CfnPolicy(this, 'Logs', {
      policyName: 'logs',
      roles: [role.ref],
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }],
      },
    });
    this.resource = new CfnFunction(this, 'Resource', {
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      role: role.attrArn,
      code: { s3Bucket: code.s3BucketName, s3Key: code.s3ObjectKey },
      environment: { variables: { TABLE: 'thumbnails' } },
    });
  }
}

/** Its role is a construct, and its function is not. */
class Resizer extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    new CfnFunction(this, 'Function', {
      runtime: 'nodejs22.x',
      handler: 'index.handler',
      role: role.roleArn,
      code: {
        zipFile: 'exports.handler = async (event) => ({ deployed: event, table: process.env.TABLE });',
      },
      environment: { variables: { TABLE: 'sizes' } },
    });
  }
}

const app = new App();
const stack = new Stack(app, 'Pictures');
new Thumbnails(stack, 'Thumbnails');
new Resizer(stack, 'Resizer');
new CfnFunction(stack, 'Classifier', {
  runtime: 'python3.13',
  handler: 'index.handler',
  role: 'arn:aws:iam::111122223333:role/classifier',
  code: { zipFile: 'def handler(event, context): return event' },
});
LiveLambda.enable(app, { developers: ['arn:aws:iam::*:user/ada'] });

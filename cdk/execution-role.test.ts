import { aws_iam, aws_lambda, CfnCondition, Fn, Stack } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { contextApp, ENDPOINT, orders, readStack, synthesizeLive } from './live-app.test-support.ts';
import { LiveLambda } from './live-lambda.ts';

const env = { account: '111122223333', region: 'eu-west-1' };
const POLICY = 'AWS::IAM::Policy';
const ROLE = 'AWS::IAM::Role';
const lambda = new aws_iam.ServicePrincipal('lambda.amazonaws.com');
const byLambda = {
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal: { Service: 'lambda.amazonaws.com' },
};
const byDevelopers = {
  Effect: 'Allow',
  Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
  Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111122223333:root']] } },
  Condition: {
    ArnLike: {
      'aws:PrincipalArn': [
        {
          'Fn::Join': [
            '',
            [
              'arn:',
              { Ref: 'AWS::Partition' },
              ':iam::111122223333:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Dev_*',
            ],
          ],
        },
      ],
    },
  },
};

function bare(stack: Stack, role: string, id = 'Bare'): aws_lambda.CfnFunction {
  const code = { zipFile: 'exports.handler = async () => 1;' };
  return new aws_lambda.CfnFunction(stack, id, {
    code,
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    role,
  });
}

/** A policy with its intrinsic functions written out. */
function text(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, each) => {
      const parts = each?.['Fn::Join']?.[1];
      if (!Array.isArray(parts)) return each;
      return parts
        .map((part) => (typeof part === 'string' ? part : part.Ref))
        .join('')
        .replaceAll('AWS::Partition', 'aws');
    }),
  );
}

describe('the policy of the stub', () => {
  test('is that of docs/live.md, on the topics of this function only', () => {
    const { resource } = synthesizeLive((stack) => void orders(stack), {}, { env });
    const iot = 'arn:aws:iot:eu-west-1:111122223333';
    const topics = 'llx/v1/arn:aws:lambda:eu-west-1:111122223333:function:OrdersA9B65338';

    expect(text(resource(POLICY).Properties)).toEqual({
      PolicyName: expect.stringMatching(/^llx-[0-9a-f]{40}-eu-west-1$/),
      Roles: [{ Ref: expect.stringMatching(/^OrdersServiceRole/) }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'iot:Connect', Resource: `${iot}:client/llx-stub-*` },
          {
            Effect: 'Allow',
            Action: 'iot:Subscribe',
            Resource: [
              `${iot}:topicfilter/${topics}/presence/*`,
              `${iot}:topicfilter/${topics}/out/*`,
              `${iot}:topicfilter/llx/v1/sessions/*`,
            ],
          },
          {
            Effect: 'Allow',
            Action: 'iot:Receive',
            Resource: [
              `${iot}:topic/${topics}/presence/*`,
              `${iot}:topic/${topics}/out/*`,
              `${iot}:topic/llx/v1/sessions/*`,
            ],
          },
          { Effect: 'Allow', Action: 'iot:Publish', Resource: `${iot}:topic/${topics}/in/*` },
          {
            Effect: 'Allow',
            Action: 'iot:GetRetainedMessage',
            Resource: [`${iot}:topic/${topics}/presence/*`, `${iot}:topic/llx/v1/sessions/*`],
          },
        ],
      },
    });
  });

  test('is there only under the condition of its function', () => {
    const { resource } = synthesizeLive((stack) => {
      const condition = new CfnCondition(stack, 'Wanted', { expression: Fn.conditionEquals('a', 'b') });
      (orders(stack).node.defaultChild as aws_lambda.CfnFunction).cfnOptions.condition = condition;
    });
    expect(resource(POLICY)).toMatchObject({ Condition: 'Wanted' });
  });

  test('goes to a role that is known by its resource only', () => {
    const { resource } = synthesizeLive((stack) => {
      const assumeRolePolicyDocument = { Version: '2012-10-17', Statement: [byLambda] };
      bare(stack, new aws_iam.CfnRole(stack, 'Role', { assumeRolePolicyDocument }).attrArn);
    });
    expect(resource(POLICY).Properties.Roles).toEqual([{ Ref: 'Role' }]);
  });
});

describe('the trust of developers', () => {
  test('is added to a role of the app', () => {
    const { resource, warnings } = synthesizeLive((stack) => void orders(stack), {}, { env });
    expect(resource(ROLE).Properties.AssumeRolePolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [byLambda, byDevelopers],
    });
    expect(warnings).toEqual([]);
  });

  test('is added once to a role that functions share', () => {
    const { resource, resources } = synthesizeLive(
      (stack) => {
        const role = new aws_iam.Role(stack, 'Role', { assumedBy: lambda });
        orders(stack, { role });
        bare(stack, role.roleArn);
      },
      {},
      { env },
    );
    expect(resource(ROLE).Properties.AssumeRolePolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [byLambda, byDevelopers],
    });
    expect(resources(POLICY)).toHaveLength(2);
  });

  test('is added once to a role that is known by its resource only, beside what it trusts already', () => {
    const { resource } = synthesizeLive(
      (stack) => {
        const role = new aws_iam.CfnRole(stack, 'Role', {
          assumeRolePolicyDocument: { Version: '2012-10-17', Statement: byLambda },
        });
        bare(stack, role.attrArn);
        bare(stack, role.attrArn, 'Other');
      },
      {},
      { env },
    );
    expect(resource(ROLE).Properties.AssumeRolePolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [byLambda, byDevelopers],
    });
  });

  test('is added to a role of which a part is overridden', () => {
    const condition = { StringEquals: { 'aws:SourceAccount': '111122223333' } };
    const { resource } = synthesizeLive(
      (stack) => {
        const assumeRolePolicyDocument = { Version: '2012-10-17', Statement: [byLambda] };
        const role = new aws_iam.CfnRole(stack, 'Role', { assumeRolePolicyDocument });
        role.addPropertyOverride('AssumeRolePolicyDocument.Statement.0.Condition', condition);
        bare(stack, role.attrArn);
      },
      {},
      { env },
    );
    expect(resource(ROLE).Properties.AssumeRolePolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [{ ...byLambda, Condition: condition }, byDevelopers],
    });
  });

  test.each([[{ credentials: 'forward' }], [{ credentials: 'ambient' }], [{ mode: 'observe' }]] as const)(
    'is not added with %j',
    (props) => {
      const { resource } = synthesizeLive((stack) => void orders(stack), props);
      expect(resource(ROLE).Properties.AssumeRolePolicyDocument).toMatchObject({ Statement: [byLambda] });
    },
  );
});

describe('a role that is not of the app', () => {
  const FORWARDS = /The role of this function is not made in this app, .* \[ack: llx:role-trust\]$/;
  const variables = { LLX_CREDENTIALS: 'forward' };

  test('takes the policy, and the stub forwards its credentials', () => {
    for (const build of [
      (stack: Stack, arn: string) => void bare(stack, arn),
      (stack: Stack, arn: string) =>
        void orders(stack, { role: aws_iam.Role.fromRoleArn(stack, 'Role', arn) }),
    ]) {
      const { resource, warnings } = synthesizeLive(
        (stack) => build(stack, 'arn:aws:iam::111122223333:role/imported'),
        {},
        { env },
      );
      expect(resource(POLICY).Properties.Roles).toEqual(['imported']);
      expect(resource('AWS::Lambda::Function').Properties.Environment).toMatchObject({
        Variables: variables,
      });
      expect(warnings).toEqual([expect.stringMatching(FORWARDS)]);
    }
  });

  test('takes another policy from each stack, also from the same one under another name or in another region', () => {
    const role = 'arn:aws:iam::111122223333:role/shared';
    const names = [
      { stackName: 'shop-ada', env },
      { stackName: 'shop-eve', env },
      { stackName: 'shop-ada', env: { ...env, region: 'us-east-1' } },
    ].map((props) => {
      const app = contextApp('true');
      LiveLambda.enable(app, { iotEndpoint: ENDPOINT });
      bare(new Stack(app, 'Shop', props), role);
      return readStack(app, props.stackName).resource(POLICY).Properties.PolicyName;
    });
    expect(new Set(names).size).toBe(3);
  });

  test('and is of another account gets no policy, and a warning says what to do', () => {
    const { resources, warnings } = synthesizeLive(
      (stack) => {
        orders(stack, {
          role: aws_iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::999999999999:role/other'),
        });
      },
      {},
      { env },
    );
    expect(resources(POLICY)).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /llx cannot add a policy to the role of this function\..* \[ack: llx:role-policy\]$/,
      ),
      expect.stringMatching(FORWARDS),
    ]);
  });

  test('the same where the app forbids changes of its role', () => {
    const { resources, resource, warnings } = synthesizeLive((stack) => {
      orders(stack, { role: new aws_iam.Role(stack, 'Role', { assumedBy: lambda }).withoutPolicyUpdates() });
    });
    expect(resources(POLICY)).toEqual([]);
    expect(resource(ROLE).Properties.AssumeRolePolicyDocument).toMatchObject({ Statement: [byLambda] });
    expect(warnings).toHaveLength(2);
  });
});

import { aws_iam, aws_lambda, CfnParameter, Stack } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { contextApp, orders, synthesizeLive } from './live-app.test-support.ts';

/** `LLX_…` are 137 bytes as JSON with an account of 12 digits. */
function filled(bytes: number): Record<string, string> {
  return { FILL: 'x'.repeat(bytes) };
}

test('more than 4 KB of environment variables is an error that says how many are those of llx', () => {
  expect(() => synthesizeLive((stack) => void orders(stack, { environment: filled(4100) }))).toThrow(
    /\[Shop\/Orders\/Resource\] Lambda takes 4096 bytes of environment variables, and this function has at least 4\d{3}; those of llx are about 1\d\d\. Move long values to Parameter Store or AppConfig, or leave this function out: LiveLambda\.enable\(app, \{ functions: \[…\] \}\)/,
  );
});

test('characters count as the bytes that they are', () => {
  expect(() =>
    synthesizeLive((stack) => void orders(stack, { environment: { FILL: 'é'.repeat(2100) } })),
  ).toThrow('Lambda takes 4096 bytes of environment variables');
});

test('what may become too large when it is deployed is a warning', () => {
  const { warnings } = synthesizeLive((stack) => {
    const unknown = new CfnParameter(stack, 'Parameter').valueAsString;
    orders(stack, { environment: { ...filled(3940), UNKNOWN: unknown } });
  });
  expect(warnings).toEqual([
    expect.stringMatching(
      /^\/Shop\/Orders: Lambda takes 4096 bytes .* has about 4\d{3}; .*\[ack: llx:environment-size\]$/,
    ),
  ]);
});

test('a fifth layer is the last', () => {
  const withLayers = (count: number) => () =>
    synthesizeLive((stack) => {
      const layers = Array.from({ length: count }, (_, index) =>
        aws_lambda.LayerVersion.fromLayerVersionArn(
          stack,
          `L${index}`,
          `arn:aws:lambda:eu-west-1:1:layer:l:${index}`,
        ),
      );
      orders(stack, { layers });
    });
  expect(withLayers(4)).not.toThrow();
  expect(withLayers(5)).toThrow(
    '[Shop/Orders/Resource] Lambda takes 5 layers, and this function has 6 with the stub’s. Merge two of them, ' +
      'or leave this function out: LiveLambda.enable(app, { functions: […] })',
  );
});

test('the inline policies of a role that many functions share are counted together', () => {
  const sharing = (count: number) => () =>
    synthesizeLive((stack) => {
      const role = new aws_iam.Role(stack, 'Role', {
        assumedBy: new aws_iam.ServicePrincipal('lambda.amazonaws.com'),
        inlinePolicies: {
          own: new aws_iam.PolicyDocument({
            statements: [new aws_iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] })],
          }),
        },
      });
      for (let index = 0; index < count; index++) {
        new aws_lambda.CfnFunction(stack, `Bare${index}`, {
          code: { zipFile: 'x' },
          handler: 'index.handler',
          runtime: 'nodejs24.x',
          role: role.roleArn,
        });
      }
    });
  expect(sharing(5)).not.toThrow();
  expect(sharing(12)).toThrow(
    /IAM takes 10240 characters of inline policies in a role, and Shop\/Role has about 1\d{4} with those of llx/,
  );
});

test('a trust policy with too many developers is an error', () => {
  const developers = Array.from(
    { length: 40 },
    (_, index) => `arn:aws:iam::111122223333:role/developer-${index}`,
  );
  expect(() => synthesizeLive((stack) => void orders(stack), { developers })).toThrow(
    /IAM takes 2048 characters in a trust policy, and that of Shop\/Orders\/ServiceRole has about 2\d{3} with those of llx/,
  );
});

test('a function that is not live may be as large as it likes', () => {
  const app = contextApp(undefined);
  orders(new Stack(app, 'Shop'), { environment: filled(4100) });
  expect(() => app.synth()).not.toThrow();
});

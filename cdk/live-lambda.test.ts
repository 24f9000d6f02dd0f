import { readFileSync } from 'node:fs';
import { Aspects, aws_iam, aws_lambda, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { contextApp, ENDPOINT, orders, readStack, synthesizeLive } from './live-app.test-support.ts';
import { LiveLambda } from './live-lambda.ts';

const FUNCTION = 'AWS::Lambda::Function';
const LAYER = { Ref: expect.stringMatching(/^LlxStub[0-9a-f]{8}/) };
const STUBBED = {
  LLX_HANDLER: 'index.handler',
  LLX_IOT_ENDPOINT: ENDPOINT,
  LLX_ACCOUNT_ID: { Ref: 'AWS::AccountId' },
};

describe('a live function', () => {
  test('has the stub in front of it, and all else as it was', () => {
    const { resource, warnings } = synthesizeLive((stack) => {
      orders(stack, {
        environment: { STAGE: 'dev', AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-handler' },
        layers: [
          aws_lambda.LayerVersion.fromLayerVersionArn(
            stack,
            'Otel',
            'arn:aws:lambda:eu-west-1:1:layer:otel:1',
          ),
        ],
        memorySize: 512,
        timeout: Duration.seconds(20),
      });
    });

    expect(resource(FUNCTION)).toEqual({
      Type: FUNCTION,
      Properties: {
        Code: { ZipFile: 'exports.handler = async () => 1;' },
        Handler: '/opt/llx/index.handler',
        Layers: ['arn:aws:lambda:eu-west-1:1:layer:otel:1', LAYER],
        Environment: {
          Variables: { STAGE: 'dev', AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-handler', ...STUBBED },
        },
        Role: { 'Fn::GetAtt': [expect.stringMatching(/^OrdersServiceRole/), 'Arn'] },
        Runtime: 'nodejs24.x',
        MemorySize: 512,
        Timeout: 20,
      },
      DependsOn: [expect.stringMatching(/^OrdersServiceRole/)],
    });
    expect(warnings).toEqual([]);
  });

  test('runs as what it is once every other aspect has changed it', () => {
    const { resource } = synthesizeLive((stack) => {
      const fn = orders(stack);
      Aspects.of(stack).add({
        visit(construct: IConstruct) {
          if (construct === fn) fn.addEnvironment('LATE', '1');
          if (construct instanceof aws_lambda.CfnFunction) construct.handler = 'wrapped.handler';
        },
      });
    });

    expect(resource(FUNCTION).Properties.Environment).toEqual({
      Variables: { LATE: '1', ...STUBBED, LLX_HANDLER: 'wrapped.handler' },
    });
  });

  test('keeps overrides, and layers that are added while aspects run', () => {
    const { resource } = synthesizeLive((stack) => {
      const fn = orders(stack);
      const cfn = fn.node.defaultChild as aws_lambda.CfnFunction;
      cfn.addPropertyOverride('Handler', 'datadog.handler');
      cfn.addPropertyOverride('Environment.Variables.DD_SITE', 'eu');
      cfn.addPropertyOverride('Layers', ['arn:aws:lambda:eu-west-1:1:layer:datadog:1']);
    });

    expect(resource(FUNCTION).Properties).toMatchObject({
      Handler: '/opt/llx/index.handler',
      Layers: ['arn:aws:lambda:eu-west-1:1:layer:datadog:1', LAYER],
      Environment: { Variables: { DD_SITE: 'eu', ...STUBBED, LLX_HANDLER: 'datadog.handler' } },
    });
  });

  test.each([
    [
      { mode: 'observe', observeSample: 0.5 },
      { LLX_MODE: 'observe', LLX_OBSERVE_SAMPLE: '0.5' },
    ],
    [{ credentials: 'forward' }, { LLX_CREDENTIALS: 'forward' }],
    [{ credentials: 'ambient' }, {}],
  ] as const)('tells the stub %j', (props, variables) => {
    const { resource } = synthesizeLive((stack) => void orders(stack), props);
    expect(resource(FUNCTION).Properties.Environment).toEqual({ Variables: { ...STUBBED, ...variables } });
  });

  test('is stubbed once, however often it is enabled', () => {
    const { resource, warnings } = synthesizeLive((stack) => {
      orders(stack);
      LiveLambda.enable(stack, { iotEndpoint: ENDPOINT, developers: ['sso:Dev'] });
    });
    expect(resource(FUNCTION).Properties).toMatchObject({
      Environment: { Variables: STUBBED },
      Layers: [LAYER],
    });
    expect(warnings).toEqual([]);
  });

  test('gets a longer timeout, never a shorter one', () => {
    const timeout = (own: Duration, mode: 'live' | 'observe') =>
      synthesizeLive((stack) => void orders(stack, { timeout: own }), {
        timeout: Duration.minutes(5),
        mode,
      }).resource(FUNCTION).Properties.Timeout;
    expect(timeout(Duration.seconds(10), 'live')).toBe(300);
    expect(timeout(Duration.minutes(10), 'live')).toBe(600);
    expect(timeout(Duration.seconds(10), 'observe')).toBe(10);
  });

  test('may be made by a construct that has only the resource', () => {
    const { resource, warnings } = synthesizeLive((stack) => {
      const role = new aws_iam.Role(stack, 'Role', {
        assumedBy: new aws_iam.ServicePrincipal('lambda.amazonaws.com'),
      });
      const layers = new CfnParameter(stack, 'Layer').valueAsString;
      new aws_lambda.CfnFunction(stack, 'Bare', {
        code: { s3Bucket: 'bucket', s3Key: 'key' },
        handler: 'app.handler',
        runtime: 'nodejs22.x',
        role: role.roleArn,
        layers: [layers],
      });
    });
    expect(resource(FUNCTION).Properties).toEqual({
      Code: { S3Bucket: 'bucket', S3Key: 'key' },
      Handler: '/opt/llx/index.handler',
      Runtime: 'nodejs22.x',
      Role: { 'Fn::GetAtt': [expect.stringMatching(/^Role/), 'Arn'] },
      Layers: [{ Ref: 'Layer' }, LAYER],
      Environment: { Variables: { ...STUBBED, LLX_HANDLER: 'app.handler' } },
    });
    expect(warnings).toEqual([]);
  });
});

describe('versions', () => {
  const version = (context: string): readonly string[] =>
    synthesizeLive(
      (stack) => {
        orders(stack).addAlias('live', { provisionedConcurrentExecutions: 1 });
      },
      {},
      { context },
    ).resources('AWS::Lambda::Version');

  test('a live function publishes a version of its own, the same at every synth', () => {
    expect(version('true')).toHaveLength(1);
    expect(version('true')).toEqual(version('true'));
    expect(version('true')).not.toEqual(version('false'));
  });
});

describe('without the context', () => {
  const synthesize = (context: unknown, enable: boolean): string => {
    const app = contextApp(context);
    if (enable) LiveLambda.enable(app, { developers: ['sso:Dev'], timeout: Duration.minutes(5) });
    const stack = new Stack(app, 'Shop');
    orders(stack, { environment: { B: '1', A: '2' } }).currentVersion;
    const artifact = app.synth().getStackArtifact(stack.artifactId);
    return readFileSync(artifact.templateFullPath, 'utf8');
  };

  test.each([undefined, 'false', false, ''])(
    '(%j) a template is, byte by byte, what it is without llx',
    (context) => {
      expect(synthesize(context, true)).toBe(synthesize(context, false));
    },
  );

  test('a template is another one with it', () => {
    expect(synthesize('true', true)).not.toBe(synthesize('true', false));
  });
});

describe('props', () => {
  const enable = (props: Parameters<typeof LiveLambda.enable>[1], context: unknown = 'true') => {
    LiveLambda.enable(contextApp(context), props);
  };

  test.each([
    [{ lane: 'Ada’s' }, 'Expected lane to be 1 to 32 of a-z, 0-9 and -, got "Ada’s"'],
    [
      { iotEndpoint: 'https://abc-ats.iot.eu-west-1.amazonaws.com' },
      'Expected iotEndpoint to be a host, as DescribeEndpoint names it, got https://abc-ats.iot.eu-west-1.amazonaws.com',
    ],
    [{ observeSample: 2 }, 'Expected observeSample to be a number from 0 to 1, got 2'],
    [{ timeout: Duration.minutes(16) }, 'Expected timeout to be from 1 to 900 seconds, got 960'],
  ])('%j is refused', (props, message) => {
    expect(() => enable(props)).toThrow(message);
  });

  test('a context that is no value of llx is refused', () => {
    expect(() => enable({}, 7)).toThrow('Expected the context llx to be true, false or globs, got 7');
  });

  test('somebody must be able to take the roles: the lack of it is told', () => {
    const app = contextApp('true');
    LiveLambda.enable(app, { iotEndpoint: ENDPOINT });
    orders(new Stack(app, 'Shop'));
    expect(readStack(app, 'Shop').warnings).toEqual([
      expect.stringMatching(/^\/Shop: Nobody may assume the roles/),
    ]);
  });
});

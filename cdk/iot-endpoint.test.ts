import { NestedStack, Stack, Tags } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { contextApp, orders, readStack, synthesizeLive } from './live-app.test-support.ts';
import { LiveLambda } from './live-lambda.ts';

const FUNCTION = 'AWS::Lambda::Function';

describe('the endpoint', () => {
  test.each([false, true])(
    'what asks for it is seen by every aspect (aspects stabilized: %s)',
    (stabilized) => {
      const app = contextApp('true', { '@aws-cdk/core:aspectStabilization': stabilized });
      LiveLambda.enable(app);
      const stack = new Stack(app, 'Shop');
      orders(new NestedStack(stack, 'Inner'));
      Tags.of(app).add('team', 'shop');
      const { resource, resources } = readStack(app, 'Shop');

      expect(resource(FUNCTION).Properties.Tags).toEqual([{ Key: 'team', Value: 'shop' }]);
      expect(resources('AWS::Lambda::LayerVersion')).toEqual([]);
    },
  );

  test('is asked once for a stack by a custom resource, whose function stays as it is', () => {
    const app = contextApp('true');
    LiveLambda.enable(app);
    const stack = new Stack(app, 'Shop');
    orders(stack);
    orders(new (class extends Stack {})(app, 'Other'));
    const { resource, resources } = readStack(app, 'Shop');

    expect(resource(FUNCTION, 'Orders').Properties.Environment).toMatchObject({
      Variables: {
        LLX_IOT_ENDPOINT: { 'Fn::GetAtt': [resources('Custom::LlxIotEndpoint')[0], 'endpointAddress'] },
      },
    });
    expect(JSON.parse(String(resource('Custom::LlxIotEndpoint').Properties.Create))).toEqual({
      service: '@aws-sdk/client-iot',
      action: 'DescribeEndpointCommand',
      parameters: { endpointType: 'iot:Data-ATS' },
      outputPaths: ['endpointAddress'],
      physicalResourceId: { id: 'llx-iot-endpoint' },
    });
    expect(resource(FUNCTION, 'AWS679f').Properties).not.toHaveProperty('Layers');
  });

  test('is asked by nobody when it is given', () => {
    const { resources } = synthesizeLive((stack) => void orders(stack));
    expect(resources('Custom::LlxIotEndpoint')).toEqual([]);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { contextApp, ENDPOINT, orders, readStack, readTemplate } from './live-app.test-support.ts';
import { LiveLambda } from './live-lambda.ts';

const FUNCTION = 'AWS::Lambda::Function';
const LAYER = { Ref: expect.stringMatching(/^LlxStub[0-9a-f]{8}/) };

describe('nested stacks and stages', () => {
  class Dev extends Stage {
    constructor(scope: Construct, id: string) {
      super(scope, id);
      const stack = new Stack(this, 'Shop');
      orders(new NestedStack(stack, 'Inner'));
    }
  }

  const inner = (app: App) => {
    const outer = readStack(app, 'Dev-Shop');
    const assembly = app.synth().getNestedAssembly('assembly-Dev');
    const [file = ''] = readdirSync(assembly.directory).filter((name) =>
      name.endsWith('.nested.template.json'),
    );
    const template = JSON.parse(readFileSync(join(assembly.directory, file), 'utf8'));
    return { outer, nested: readTemplate(template) };
  };

  test.each([false, true])(
    'a function in a nested stack of a stage is live (aspects stabilized: %s)',
    (stabilized) => {
      const app = contextApp('true', { '@aws-cdk/core:aspectStabilization': stabilized });
      LiveLambda.enable(app);
      new Dev(app, 'Dev');
      const { outer, nested } = inner(app);

      expect(nested.resource(FUNCTION).Properties).toMatchObject({
        Handler: '/opt/llx/index.handler',
        Layers: [LAYER],
        Environment: {
          Variables: { LLX_IOT_ENDPOINT: { Ref: expect.stringMatching(/LlxIotEndpoint.*endpointAddress$/) } },
        },
      });
      expect(outer.resources('Custom::LlxIotEndpoint')).toHaveLength(1);
      expect(outer.resource(FUNCTION).Properties.Handler).toBe('index.handler');
      expect(nested.resources('AWS::IAM::Policy')).toHaveLength(1);
    },
  );

  test('the same when it is enabled for the stage, or after it is made', () => {
    for (const enable of ['stage', 'late'] as const) {
      const app = contextApp('true');
      const stage = new Dev(app, 'Dev');
      LiveLambda.enable(enable === 'stage' ? stage : app, { iotEndpoint: ENDPOINT });
      expect(inner(app).nested.resource(FUNCTION).Properties.Handler).toBe('/opt/llx/index.handler');
    }
  });
});

import { App, aws_lambda, type Environment, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { LiveLambda } from './live-lambda.ts';
import type { LiveLambdaProps } from './live-lambda-props.ts';

type Json = Readonly<Record<string, unknown>>;
type Resource = { readonly Type: string; readonly Properties: Json; readonly DependsOn?: readonly string[] };

/** A stack named `Shop` in an app that is live, with what `build` puts into it. */
export type Synthesized = {
  /** The only resource of a type, or the one whose logical id begins so. */
  resource(type: string, logicalId?: string): Resource;
  resources(type: string): readonly string[];
  readonly template: Json;
  /** Those of llx: the CDK has its own. */
  readonly warnings: readonly string[];
};

export function synthesizeLive(
  build: (stack: Stack) => void,
  props: LiveLambdaProps = {},
  { context = 'true', env }: { readonly context?: unknown; readonly env?: Environment } = {},
): Synthesized {
  const root = contextApp(context);
  LiveLambda.enable(root, { developers: ['sso:Dev'], iotEndpoint: ENDPOINT, ...props });
  const stack = new Stack(root, 'Shop', env === undefined ? {} : { env });
  build(stack);
  return readStack(root, 'Shop');
}

/** An app whose context llx is that value. Without the CDK's validation, whose rules take seconds to load. */
export function contextApp(context: unknown, postCliContext: Readonly<Record<string, unknown>> = {}): App {
  return new App({
    context: context === undefined ? {} : { llx: context },
    postCliContext: { ...postCliContext },
    builtinCloudFormationValidation: false,
  });
}

export const ENDPOINT = 'abc-ats.iot.eu-west-1.amazonaws.com';

/** @param stack its name: in an assembly within the app’s, too. */
export function readStack(app: App, stack: string): Synthesized {
  const artifact = app.synth().stacksRecursively.find(({ stackName }) => stackName === stack);
  if (artifact === undefined) throw new Error(`no stack ${stack}`);
  return readTemplate(
    artifact.template,
    artifact.messages
      .map(({ id, entry }) => `${id}: ${String(entry.data)}`)
      .filter((text) => text.includes('llx')),
  );
}

export function readTemplate(template: Json, warnings: readonly string[] = []): Synthesized {
  const all = Object.entries((template.Resources ?? {}) as Readonly<Record<string, Resource>>);
  const ofType = (type: string): typeof all => all.filter(([, resource]) => resource.Type === type);
  return {
    template,
    warnings,
    resources: (type) => ofType(type).map(([id]) => id),
    resource: (type, logicalId = '') => {
      const found = ofType(type).filter(([id]) => id.startsWith(logicalId));
      const [entry] = found;
      if (entry === undefined || found.length > 1) {
        throw new Error(
          `expected one ${type} ${logicalId}, found ${found.map(([id]) => id).join(', ') || 'none'}`,
        );
      }
      return entry[1];
    },
  };
}

/** A function with its code in the template. */
export function orders(scope: Construct, props: Partial<aws_lambda.FunctionProps> = {}): aws_lambda.Function {
  return new aws_lambda.Function(scope, 'Orders', {
    code: aws_lambda.Code.fromInline('exports.handler = async () => 1;'),
    handler: 'index.handler',
    runtime: aws_lambda.Runtime.NODEJS_24_X,
    ...props,
  });
}

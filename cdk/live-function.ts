import { Annotations, Aws, type CfnResource, Lazy, Stack, Token } from 'aws-cdk-lib';
import { trustOf } from './developers.ts';
import { addTrust, attachStubPolicy, executionRole } from './execution-role.ts';
import { functionConstruct, property } from './function-resource.ts';
import { iotEndpoint, outermostStack } from './iot-endpoint.ts';
import { limitErrors } from './limits.ts';
import type { LiveLambdaProps } from './live-lambda-props.ts';
import { warnOfVisibility } from './queue-visibility.ts';
import { STUB_HANDLER, stubLayerArn } from './stub-layer.ts';

/** Lambda's own, where a function says nothing. */
const DEFAULT_TIMEOUT_SECONDS = 3;

/** What live functions of a stack share: made early, so that aspects that visit everything below it see it. */
export function prepareStack(stack: Stack, live: readonly CfnResource[], props: LiveLambdaProps): void {
  const stacks = live.map((resource) => Stack.of(resource));
  if (stacks.includes(stack)) stubLayerArn(stack);
  if (props.iotEndpoint === undefined && stacks.some((each) => outermostStack(each) === stack))
    iotEndpoint(stack);
}

/** Puts the stub in front of a function. Overrides, so that it is the same for constructs of all levels. */
export function makeLive(resource: CfnResource, props: LiveLambdaProps): void {
  const forwards = grant(resource, props);
  const stack = Stack.of(resource);
  const variables: Readonly<Record<string, unknown>> = {
    LLX_HANDLER: property(resource, 'Handler'),
    LLX_IOT_ENDPOINT: props.iotEndpoint ?? iotEndpoint(stack),
    LLX_ACCOUNT_ID: Token.isUnresolved(stack.account) ? Aws.ACCOUNT_ID : stack.account,
    ...(props.mode === 'observe' ? { LLX_MODE: 'observe' } : {}),
    ...(props.observeSample === undefined ? {} : { LLX_OBSERVE_SAMPLE: String(props.observeSample) }),
    ...(forwards ? { LLX_CREDENTIALS: 'forward' } : {}),
  };
  for (const [name, value] of Object.entries(variables)) {
    resource.addPropertyOverride(`Environment.Variables.${name}`, value);
  }
  resource.addPropertyOverride('Layers', withLayer(property(resource, 'Layers'), stubLayerArn(stack)));
  resource.addPropertyOverride('Handler', STUB_HANDLER);
  lengthenTimeout(resource, props);
  resource.node.addValidation({ validate: () => limitErrors(resource) });
}

/** The rights of stub and developers. @returns whether the stub is to forward its credentials. */
function grant(resource: CfnResource, props: LiveLambdaProps): boolean {
  const notes = Annotations.of(functionConstruct(resource));
  const asked = props.credentials ?? 'assume-role';
  const role = executionRole(resource);
  if (role === undefined || !attachStubPolicy(role, resource)) {
    notes.addWarningV2(
      'llx:role-policy',
      'llx cannot add a policy to the role of this function. Until somebody adds the statements of docs/live.md to it, ' +
        'the stub cannot connect and the deployed code runs.',
    );
  }
  // A session that observes runs no handler: it needs nobody's permissions.
  if (asked !== 'assume-role' || props.mode === 'observe') return asked === 'forward';
  const trust = trustOf(props.developers ?? [], Stack.of(resource));
  if (role !== undefined && addTrust(role, trust)) return false;
  notes.addWarningV2(
    'llx:role-trust',
    'The role of this function is not made in this app, and its trust policy cannot be changed: developers cannot assume ' +
      'it. The stub forwards its own credentials instead (LLX_CREDENTIALS=forward), sealed, to the session that asks.',
  );
  return true;
}

/** The layers as they are when everything else has added its own. */
function withLayer(previous: unknown, arn: string): unknown {
  return Lazy.uncachedAny({
    produce: (context) => {
      const layers: unknown = context.resolve(previous) ?? [];
      if (Array.isArray(layers)) return [...layers, arn];
      throw new Error(
        'Expected the layers of a live function to be a list in the template: llx cannot add one to a parameter',
      );
    },
  });
}

function lengthenTimeout(resource: CfnResource, { timeout, mode }: LiveLambdaProps): void {
  if (timeout === undefined || mode === 'observe') return;
  const seconds = timeout.toSeconds();
  const own = property(resource, 'Timeout') ?? DEFAULT_TIMEOUT_SECONDS;
  if (typeof own === 'number' && !Token.isUnresolved(own) && own >= seconds) return;
  resource.addPropertyOverride('Timeout', seconds);
  warnOfVisibility(resource, seconds);
}

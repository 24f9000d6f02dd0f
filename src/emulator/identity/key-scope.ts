import type { PolicyDocument, Statement } from './policy-document.ts';

/** What a scope is called, and the actions that it stands for. */
const NAMED = {
  admin: ['*'],
  // With the roles of the configuration, whichever they are: whoever may deploy all functions has what each of them has.
  deploy: [
    'lambda:*',
    'logs:*',
    'scheduler:*',
    'events:*',
    'apigateway:*',
    'sqs:SendMessage',
    'iam:PassRole',
  ],
  invoke: ['lambda:InvokeFunction', 'lambda:InvokeFunctionUrl', 'lambda:InvokeAsync'],
  read: [
    'lambda:Get*',
    'lambda:List*',
    'logs:Describe*',
    'logs:FilterLogEvents',
    'logs:Get*',
    'logs:StartLiveTail',
    'cloudwatch:Get*',
    'cloudwatch:List*',
  ],
} as const;

/** Operations that name no function: their resource is `*`, as IAM has it. */
const OF_NO_FUNCTION = ['lambda:ListFunctions', 'lambda:GetAccountSettings'];

const ACTION = /^[a-z][a-z0-9-]*:[A-Za-z0-9*?]+$/;
const FUNCTION = /^[A-Za-z0-9_*?-]{1,64}$/;

/** A scope that cannot be read; the message says what was expected. */
export class KeyScopeError extends Error {}

/**
 * The policy of `invoke@orders-*,users`: actions, and the functions they may be done to. Actions are `admin`, `deploy`,
 * `invoke`, `read`, or IAM's own such as `lambda:Get*`; without functions, all of them. Several scopes add up.
 *
 * @throws KeyScopeError
 */
export function scopePolicy(scopes: readonly string[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: scopes.flatMap(statementsOf) };
}

function statementsOf(scope: string): readonly Statement[] {
  const [name = '', functions, ...more] = scope.split('@');
  const actions = Object.hasOwn(NAMED, name) ? NAMED[name as keyof typeof NAMED] : name.split(',');
  const isKnown = actions === NAMED.admin || actions.every((action) => ACTION.test(action));
  if (!isKnown || more.length > 0) throw expected(scope);
  if (functions === undefined) return [{ Effect: 'Allow', Action: actions, Resource: '*' }];
  const names = functions.split(',');
  if (actions === NAMED.admin || !names.every((one) => FUNCTION.test(one))) throw expected(scope);
  const ofFunctions = actions.filter((action) => /^(?:lambda|logs):/.test(action));
  if (ofFunctions.length === 0) throw expected(scope);
  const listing = ofFunctions.some((action) => /^lambda:(?:\*|List)/.test(action));
  return [
    { Effect: 'Allow', Action: ofFunctions, Resource: names.flatMap(resourcesOf) },
    ...(listing ? [{ Effect: 'Allow' as const, Action: OF_NO_FUNCTION, Resource: '*' }] : []),
  ];
}

/** The function, its versions and aliases, and its log. */
function resourcesOf(name: string): readonly string[] {
  const functionArn = `arn:aws:lambda:*:*:function:${name}`;
  const logArn = `arn:aws:logs:*:*:log-group:/aws/lambda/${name}`;
  return [functionArn, `${functionArn}:*`, logArn, `${logArn}:*`];
}

function expected(scope: string): KeyScopeError {
  return new KeyScopeError(
    `Expected a scope such as admin, invoke, invoke@orders-*,users, read@orders, deploy or lambda:GetFunction@orders, found "${scope.slice(0, 100)}".`,
  );
}

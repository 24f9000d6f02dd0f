import { expect, test } from 'vitest';
import { KeyScopeError, scopePolicy } from './key-scope.ts';
import { Policy } from './policy.ts';
import { policyProblems } from './policy-problems.ts';

const functionArn = (name: string): string => `arn:aws:lambda:eu-west-1:123456789012:function:${name}`;

function allows(scopes: readonly string[], action: string, resource: string): boolean {
  return new Policy(scopePolicy(scopes)).decide({ action, resource, context: () => undefined }) === 'allow';
}

test.each<[string, string, string, boolean]>([
  ['admin', 'iot:Publish', 'arn:aws:iot:eu-west-1:123456789012:topic/a', true],
  ['invoke', 'lambda:InvokeFunction', functionArn('orders'), true],
  ['invoke', 'lambda:GetFunction', functionArn('orders'), false],
  ['invoke@orders-*,users', 'lambda:InvokeFunction', functionArn('orders-new'), true],
  ['invoke@orders-*,users', 'lambda:InvokeFunction', functionArn('users:7'), true],
  ['invoke@orders-*,users', 'lambda:InvokeFunction', functionArn('users2'), false],
  ['read@orders', 'lambda:ListFunctions', '*', true],
  [
    'read@orders',
    'logs:GetLogEvents',
    'arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/orders:log-stream:x',
    true,
  ],
  [
    'read@orders',
    'logs:GetLogEvents',
    'arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/other:log-stream:x',
    false,
  ],
  ['read@orders', 'lambda:InvokeFunction', functionArn('orders'), false],
  ['deploy@orders', 'lambda:UpdateFunctionCode', functionArn('orders'), true],
  ['deploy@orders', 'lambda:UpdateFunctionCode', functionArn('users'), false],
  ['lambda:Get*,lambda:InvokeFunction@orders', 'lambda:GetFunction', functionArn('orders'), true],
  ['sqs:SendMessage', 'sqs:SendMessage', 'arn:aws:sqs:eu-west-1:123456789012:jobs', true],
  ['sqs:SendMessage', 'sqs:DeleteQueue', 'arn:aws:sqs:eu-west-1:123456789012:jobs', false],
])('%s: %s on %s is allowed: %s', (scope, action, resource, allowed) => {
  expect(allows([scope], action, resource)).toBe(allowed);
});

test('several scopes add up, to a policy that IAM would take', () => {
  const scopes = ['invoke@orders', 'read'];
  expect(allows(scopes, 'lambda:InvokeFunction', functionArn('orders'))).toBe(true);
  expect(allows(scopes, 'lambda:GetFunction', functionArn('users'))).toBe(true);
  expect(policyProblems(scopePolicy(scopes), 'identity')).toEqual([]);
});

test.each([
  '',
  'everything',
  'invoke@',
  'invoke@a@b',
  'invoke@a b',
  'admin@orders',
  'sqs:SendMessage@jobs',
  'lambda:',
])('the scope "%s" is refused', (scope) => {
  expect(() => scopePolicy([scope])).toThrow(KeyScopeError);
});

import { expect, test } from 'vitest';
import { policyProblems } from './policy-problems.ts';

const statement = { Effect: 'Allow', Action: 's3:*', Resource: '*' };

test.each([
  [{ Version: '2012-10-17', Id: 'a', Statement: [{ Sid: 'b', ...statement }] }],
  [
    {
      Statement: { Effect: 'Deny', NotAction: ['a:b'], NotResource: ['*'], Condition: { Bool: { a: true } } },
    },
  ],
  [
    {
      Statement: { ...statement, Condition: { StringLikeIfExists: { a: ['b', 'c'] }, Null: { d: 'true' } } },
    },
  ],
])('%j is a policy', (written) => {
  expect(policyProblems(written, 'identity')).toEqual([]);
});

test.each([
  [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }],
  [{ Effect: 'Allow', Principal: { AWS: '000000000000', Service: ['a', 'b'] }, Action: 'sts:AssumeRole' }],
])('%j may stand in a trust policy', (written) => {
  expect(policyProblems({ Statement: written }, 'trust')).toEqual([]);
});

test.each([
  [undefined, ': expected a policy such as { Version, Statement }.'],
  [{}, '.Statement: expected a statement such as { Effect, Action, Resource }.'],
  [{ Statement: [] }, '.Statement: expected at least one statement.'],
  [{ Statement: statement, Version: '2012' }, ".Version: expected '2012-10-17'."],
  [{ Statement: statement, Statements: [] }, '.Statements: expected one of Version, Id, Statement.'],
  [{ Statement: [{ ...statement, Effect: 'allow' }] }, ".Statement[0].Effect: expected 'Allow' or 'Deny'."],
  [{ Statement: { ...statement, NotAction: '*' } }, '.Statement: expected either Action or NotAction.'],
  [{ Statement: { ...statement, Action: [] } }, '.Statement.Action: expected a text or a list of texts.'],
  [{ Statement: { Effect: 'Allow', Action: '*' } }, '.Statement: expected either Resource or NotResource.'],
  [
    { Statement: { ...statement, Principal: '*' } },
    '.Statement.Principal: expected one of Sid, Effect, Action, NotAction, Condition, Resource, NotResource.',
  ],
  [
    { Statement: { ...statement, Condition: { DateLessThan: { a: 'b' } } } },
    '.Statement.Condition.DateLessThan: expected an operator that this emulator knows (StringEquals, StringLike, ArnLike, Bool, …).',
  ],
  [
    { Statement: { ...statement, Condition: { Bool: 'a' } } },
    '.Statement.Condition.Bool: expected an object of keys and their values.',
  ],
])('%j: %s', (written, problem) => {
  expect(policyProblems(written, 'identity')).toEqual([problem]);
});

test.each([
  [undefined, "expected '*' or an object such as { AWS: '123456789012' }."],
  [{ AWS: 1 }, 'expected a text or a list of texts.'],
  [
    { AWS: 'arn:aws:iam::000000000000:role/*' },
    "expected a principal's whole ARN, or a condition on aws:PrincipalArn (no wildcards).",
  ],
])('a principal %j is refused', (Principal, expected) => {
  const written = { Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal } };
  expect(policyProblems(written, 'trust')).toEqual([expect.stringContaining(expected)]);
});

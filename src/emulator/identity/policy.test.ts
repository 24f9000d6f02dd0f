import { describe, expect, test } from 'vitest';
import { Policy } from './policy.ts';
import type { ConditionBlock, PolicyDocument, Statement } from './policy-document.ts';

const KEYS = new Map([
  ['aws:username', 'alice'],
  ['aws:principalaccount', '000000000000'],
  ['aws:principalarn', 'arn:aws:iam::000000000000:role/dev/Ann'],
  ['s3:max-keys', '10'],
  ['aws:securetransport', 'true'],
]);

function decide(Statement: Statement | readonly Statement[], resource = 'arn:aws:s3:::shop/orders') {
  const document: PolicyDocument = { Version: '2012-10-17', Statement };
  const context = (name: string) => KEYS.get(name.toLowerCase());
  return new Policy(document).decide({ action: 's3:GetObject', resource, context });
}

const allow = { Effect: 'Allow', Action: '*', Resource: '*' } as const;
const deny = { ...allow, Effect: 'Deny' } as const;

describe('a policy', () => {
  test('says nothing of what it does not name', () => {
    expect(decide({ ...allow, Action: 's3:PutObject' })).toBe('none');
    expect(decide({ ...allow, Resource: 'arn:aws:s3:::shop/bills*' })).toBe('none');
    expect(decide([])).toBe('none');
  });

  test('denies what one statement denies, whatever others allow', () => {
    expect(decide([allow, deny, allow])).toBe('deny');
  });

  test.each<[Partial<Statement>, string]>([
    [{ Action: 's3:Get*' }, 'allow'],
    [{ Action: 'S3:getobject' }, 'allow'],
    [{ Action: ['sqs:*', 's3:?etObject'] }, 'allow'],
    [{ Resource: ['arn:aws:s3:::other', 'arn:aws:s3:::shop/*'] }, 'allow'],
    [{ Resource: 'arn:aws:s3:::SHOP/*' }, 'none'],
    [{ Resource: `arn:aws:s3:::shop/\${aws:username}` }, 'none'],
  ])('allows by %j: %s', (part, decision) => {
    expect(decide({ ...allow, ...part })).toBe(decision);
  });

  test.each<[Statement, string]>([
    [{ Effect: 'Allow', NotAction: 's3:GetObject', Resource: '*' }, 'none'],
    [{ Effect: 'Allow', NotAction: ['sqs:*'], Resource: '*' }, 'allow'],
    [{ Effect: 'Deny', Action: '*', NotResource: 'arn:aws:s3:::shop/*' }, 'none'],
    [{ Effect: 'Deny', Action: '*', NotResource: 'arn:aws:s3:::bills/*' }, 'deny'],
  ])('takes %j as all others: %s', (statement, decision) => {
    expect(decide(statement)).toBe(decision);
  });

  test('replaces variables in resources since version 2012-10-17', () => {
    const statement = { ...allow, Resource: `arn:aws:s3:::home/\${aws:username}/*` };
    expect(decide(statement, 'arn:aws:s3:::home/alice/a')).toBe('allow');
    expect(decide(statement, 'arn:aws:s3:::home/bob/a')).toBe('none');
    const old = new Policy({ Statement: statement });
    const resource = 'arn:aws:s3:::home/alice/a';
    expect(old.decide({ action: 's3:GetObject', resource, context: () => 'alice' })).toBe('none');
  });
});

describe('a condition', () => {
  test.each<[ConditionBlock, boolean]>([
    [{ StringEquals: { 'aws:username': 'alice' } }, true],
    [{ StringEquals: { 'AWS:UserName': ['bob', 'alice'] } }, true],
    [{ StringEquals: { 'aws:username': 'al*' } }, false],
    [{ StringEquals: { 'aws:username': `\${aws:username}` } }, true],
    [{ StringEquals: { 'aws:userid': '' } }, false],
    [{ StringEqualsIfExists: { 'aws:userid': 'x' } }, true],
    [{ StringNotEquals: { 'aws:username': ['bob', 'alice'] } }, false],
    [{ StringNotEquals: { 'aws:username': 'bob' } }, true],
    [{ StringNotEquals: { 'aws:userid': 'x' } }, true],
    [{ StringEqualsIgnoreCase: { 'aws:username': 'ALICE' } }, true],
    [{ StringNotEqualsIgnoreCase: { 'aws:username': 'ALICE' } }, false],
    [{ StringLike: { 'aws:username': 'al?c*' } }, true],
    [{ StringNotLike: { 'aws:username': 'al*' } }, false],
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/dev/*' } }, true],
    [{ ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::000000000000:role/*' } }, true],
    // A `*` of one part does not reach into the next one.
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:*:role/dev/Ann' } }, false],
    [{ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::\${aws:PrincipalAccount}:role/*` } }, true],
    [{ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::\${aws:username}:role/*` } }, false],
    [{ ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/dev/*' } }, false],
    [{ ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/*' } }, true],
    [{ Bool: { 'aws:SecureTransport': true } }, true],
    [{ Bool: { 'aws:SecureTransport': 'false' } }, false],
    [{ NumericEquals: { 's3:max-keys': 10 } }, true],
    [{ NumericNotEquals: { 's3:max-keys': '10' } }, false],
    [{ NumericLessThan: { 's3:max-keys': '10' } }, false],
    [{ NumericLessThanEquals: { 's3:max-keys': '10' } }, true],
    [{ NumericGreaterThan: { 's3:max-keys': 9 } }, true],
    [{ NumericGreaterThanEquals: { 's3:max-keys': 11 } }, false],
    [{ NumericLessThan: { 'aws:username': 10 } }, false],
    [{ Null: { 'aws:userid': 'true' } }, true],
    [{ Null: { 'aws:username': true } }, false],
    [{ StringEquals: { 'aws:username': 'alice' }, Bool: { 'aws:SecureTransport': 'false' } }, false],
    [{ StringEquals: { 'aws:username': 'alice', 'aws:userid': 'x' } }, false],
  ])('%j holds: %s', (Condition, holds) => {
    expect(decide({ ...allow, Condition })).toBe(holds ? 'allow' : 'none');
    expect(decide({ ...deny, Condition })).toBe(holds ? 'deny' : 'none');
  });

  test('that nobody understands never gives access: an allow is void, a deny holds', () => {
    const Condition = { DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } };
    expect(decide({ ...allow, Condition })).toBe('none');
    expect(decide([allow, { ...deny, Condition }])).toBe('deny');
  });
});

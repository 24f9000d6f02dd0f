import { expect, test } from 'vitest';
import { trustStatement } from './trust-statement.ts';

test.each([
  [
    'a user',
    'arn:aws:iam::123456789012:user/team/alice',
    { Principal: { AWS: 'arn:aws:iam::123456789012:user/team/alice' } },
  ],
  [
    'a role, whatever its session',
    'arn:aws:sts::123456789012:assumed-role/Developer/alice@example.com',
    { Principal: { AWS: 'arn:aws:iam::123456789012:role/Developer' } },
  ],
  [
    'a role of another partition',
    'arn:aws-cn:sts::123456789012:assumed-role/Developer/alice',
    { Principal: { AWS: 'arn:aws-cn:iam::123456789012:role/Developer' } },
  ],
  [
    'a role of IAM Identity Center, whose path holds a region',
    'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/alice',
    {
      Principal: { AWS: 'arn:aws:iam::123456789012:root' },
      Condition: {
        ArnLike: {
          'aws:PrincipalArn':
            'arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Dev_0123456789abcdef',
        },
      },
    },
  ],
])('%s is named as a trust policy takes it', (_who, callerArn, expected) => {
  expect(JSON.parse(trustStatement(callerArn))).toEqual({
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    ...expected,
  });
});

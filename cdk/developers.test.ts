import { App, Stack } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { checkDevelopers, trustOf } from './developers.ts';

test.each([
  'arn:aws:iam::111122223333:role/dev-*',
  'arn:aws:iam::*:user/ada',
  'arn:aws-cn:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Dev_*',
  'sso:Dev',
])('%s is a developer', (developer) => {
  expect(() => checkDevelopers([developer])).not.toThrow();
});

test.each([
  '*',
  'arn:aws:iam::111122223333:root',
  'arn:aws:iam::111122223333:role/*',
  'arn:aws:iam::111122223333:*',
  'arn:aws:sts::111122223333:assumed-role/dev/ada',
  'sso:',
  'Dev',
])('%s is refused: it names nobody, or everybody', (developer) => {
  expect(() => checkDevelopers([developer])).toThrow(
    `Expected a developer to be a pattern of aws:PrincipalArn that names somebody, as arn:aws:iam::111122223333:role/dev-*, or a permission set, as sso:Dev; got "${developer}"`,
  );
});

test('developers of another account are trusted through that account', () => {
  const stack = new Stack(new App(), 'Shop', { env: { account: '111122223333', region: 'eu-west-1' } });
  const statements = trustOf(
    ['arn:aws:iam::999999999999:role/dev-*', 'arn:aws:iam::111122223333:role/a', 'arn:aws:iam::*:user/ada'],
    stack,
  );
  expect(
    statements.map(({ Principal, Condition }) => [
      stack.resolve(Principal.AWS),
      Condition.ArnLike['aws:PrincipalArn'],
    ]),
  ).toEqual([
    [root('999999999999'), ['arn:aws:iam::999999999999:role/dev-*']],
    [root('111122223333'), ['arn:aws:iam::111122223333:role/a', 'arn:aws:iam::*:user/ada']],
  ]);
});

function root(account: string): unknown {
  return { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${account}:root`]] };
}

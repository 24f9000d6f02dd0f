import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  GetPolicyCommand,
  ListTagsCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FunctionAccess } from './function-policies.ts';
import { MINIMUM, openTestLambda, refusal, type TestLambda, zipOf } from './functions.test-support.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:bills';
const ORDERS_ARN = ARN.replace('bills', 'orders');

let lambda: TestLambda;

beforeEach(async () => {
  lambda = await openTestLambda();
  const ZipFile = await zipOf({ 'index.mjs': 'export {}' });
  await lambda.client.send(
    new CreateFunctionCommand({ ...MINIMUM, FunctionName: 'bills', Code: { ZipFile }, Publish: true }),
  );
});

afterEach(async () => {
  await lambda.close();
});

describe('tags', () => {
  test.each([ARN, ORDERS_ARN])('of %s are set, listed and taken away', async (Resource) => {
    const tags = async () => (await lambda.client.send(new ListTagsCommand({ Resource }))).Tags;
    await lambda.client.send(new TagResourceCommand({ Resource, Tags: { a: '1', b: '2' } }));
    await lambda.client.send(new TagResourceCommand({ Resource, Tags: { b: '3' } }));
    expect(await tags()).toEqual({ a: '1', b: '3' });
    await lambda.client.send(new UntagResourceCommand({ Resource, TagKeys: ['a', 'never'] }));
    expect(await tags()).toEqual({ b: '3' });
  });

  const tag = async (Resource: string, Tags: Record<string, string> = { a: '1' }) =>
    await lambda.client.send(new TagResourceCommand({ Resource, Tags }));

  test('there are at most fifty, with those that are there already', async () => {
    const many = (prefix: string) =>
      Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`${prefix}${index}`, '']));
    await tag(ARN, many('a'));
    expect(await refusal(tag(ARN, many('b')))).toEqual([
      400,
      'InvalidParameterValueException',
      'Number of tags exceeds resource tag limit.',
    ]);
  });

  test.each([
    ['bills', 400, 'ValidationException', "Value 'bills' at 'resource' failed to satisfy constraint"],
    [`${ARN}:1`, 400, 'InvalidParameterValueException', 'Tags on function aliases and versions are not'],
    [`${ARN}x`, 404, 'ResourceNotFoundException', `Function not found: ${ARN}x`],
    [
      ARN.replace(':function:', ':layer:'),
      400,
      'InvalidParameterValueException',
      'has tags of functions only',
    ],
  ])('of %s are refused', async (resource, status, name, text) => {
    expect(await refusal(tag(resource))).toEqual([status, name, expect.stringContaining(text)]);
  });
});

const add = async (more: Partial<ConstructorParameters<typeof AddPermissionCommand>[0]> = {}) =>
  await lambda.client.send(
    new AddPermissionCommand({
      FunctionName: 'bills',
      StatementId: 's3',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      ...more,
    }),
  );

const policy = async (more: object = {}) =>
  await lambda.client.send(new GetPolicyCommand({ FunctionName: 'bills', ...more }));

describe('permissions', () => {
  test('are statements of a policy, in the order in which they were added', async () => {
    const added = await add({
      SourceArn: 'arn:aws:s3:::bucket',
      SourceAccount: '111111111111',
    });
    const statement = {
      Sid: 's3',
      Effect: 'Allow',
      Principal: { Service: 's3.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: ARN,
      Condition: {
        StringEquals: { 'AWS:SourceAccount': '111111111111' },
        ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::bucket' },
      },
    };
    expect(added.$metadata.httpStatusCode).toBe(201);
    expect(JSON.parse(added.Statement ?? '')).toEqual(statement);
    await add({ StatementId: 'a', Principal: '111111111111' });
    const { Policy, RevisionId } = await policy();
    expect(JSON.parse(Policy ?? '')).toEqual({
      Version: '2012-10-17',
      Id: 'default',
      Statement: [
        statement,
        {
          Sid: 'a',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111111111111:root' },
          Action: 'lambda:InvokeFunction',
          Resource: ARN,
        },
      ],
    });
    await lambda.client.send(
      new RemovePermissionCommand({ FunctionName: 'bills', StatementId: 's3', RevisionId }),
    );
    expect(JSON.parse((await policy()).Policy ?? '').Statement).toHaveLength(1);
    expect((await policy()).RevisionId).not.toBe(RevisionId);
  });

  test('of an alias are its own, and those of the configuration have some, too', async () => {
    await lambda.client.send(
      new CreateAliasCommand({ FunctionName: 'bills', Name: 'live', FunctionVersion: '1' }),
    );
    await add({ Qualifier: 'live' });
    expect(JSON.parse((await policy({ Qualifier: 'live' })).Policy ?? '').Statement).toMatchObject([
      { Resource: `${ARN}:live` },
    ]);
    expect(await refusal(policy())).toEqual([
      404,
      'ResourceNotFoundException',
      'The resource you requested does not exist.',
    ]);
    await add({ FunctionName: 'orders' });
    expect(JSON.parse((await policy({ FunctionName: 'orders' })).Policy ?? '').Statement).toHaveLength(1);
  });

  test.each([
    [{ Qualifier: '$LATEST' }, 400, 'We currently do not support adding policies for $LATEST.'],
    [
      { Principal: 'somebody' },
      400,
      'The provided principal was invalid. Please check the principal and try again.',
    ],
    [
      { StatementId: 'a b' },
      400,
      "1 validation error detected: Value 'a b' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)",
    ],
    [{ FunctionName: 'nowhere' }, 404, `Function not found: ${ARN.replace('bills', 'nowhere')}`],
    [
      { RevisionId: 'old' },
      412,
      'The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id',
    ],
    [{ SourceArn: `arn:aws:s3:::${'x'.repeat(20_480)}` }, 400, /^The final policy size \(\d+\) is bigger/],
  ])('with %o are refused', async (more, status, message) => {
    const [found, , text] = await refusal(add(more));
    expect([found, text]).toEqual([
      status,
      typeof message === 'string' ? message : expect.stringMatching(message),
    ]);
  });

  test('a statement is added once and removed once', async () => {
    await add();
    expect(await refusal(add())).toEqual([
      409,
      'ResourceConflictException',
      'The statement id (s3) provided already exists. Please provide a new statement id, or remove the existing statement.',
    ]);
    const remove = () =>
      lambda.client.send(new RemovePermissionCommand({ FunctionName: 'bills', StatementId: 's3' }));
    await add({ StatementId: 'another' });
    await remove();
    expect(await refusal(remove())).toEqual([
      404,
      'ResourceNotFoundException',
      'Statement s3 is not found in resource policy.',
    ]);
    await lambda.client.send(new RemovePermissionCommand({ FunctionName: 'bills', StatementId: 'another' }));
    expect(await refusal(remove())).toEqual([
      404,
      'ResourceNotFoundException',
      'No policy is associated with the given resource.',
    ]);
  });
});

describe('the policy of a function', () => {
  const caller = {
    type: 'assumed-role',
    arn: 'arn:aws:sts::111111111111:assumed-role/caller/session',
    account: '111111111111',
    userId: 'AROA:session',
    roleArn: 'arn:aws:iam::111111111111:role/caller',
  } as const;
  const access: FunctionAccess = {
    functionName: 'bills',
    qualifier: undefined,
    action: 'lambda:InvokeFunctionUrl',
    resource: ARN,
    caller: undefined,
    context: { 'lambda:FunctionUrlAuthType': 'NONE' },
  };
  const url = { Action: 'lambda:InvokeFunctionUrl', Principal: '*' };

  test('lets everybody call a URL without authentication, and only that', async () => {
    expect(lambda.policies.allows(access)).toBe(false);
    await add({ ...url, FunctionUrlAuthType: 'NONE' });
    expect(lambda.policies.allows(access)).toBe(true);
    expect(lambda.policies.allows({ ...access, context: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } })).toBe(
      false,
    );
    expect(lambda.policies.allows({ ...access, action: 'lambda:InvokeFunction' })).toBe(false);
    expect(lambda.policies.allows({ ...access, functionName: 'orders' })).toBe(false);
  });

  test.each([
    [caller.account, true],
    [caller.roleArn, true],
    ['222222222222', false],
    ['sqs.amazonaws.com', false],
  ])('names the principal %s: %s', async (Principal, allowed) => {
    await add({ ...url, Principal });
    expect(lambda.policies.allows({ ...access, caller })).toBe(allowed);
    expect(lambda.policies.allows(access)).toBe(false);
  });

  test('lets a service in', async () => {
    await add({ ...url, Principal: 'sqs.amazonaws.com' });
    expect(lambda.policies.allows({ ...access, caller: { service: 'sqs.amazonaws.com' } })).toBe(true);
    expect(lambda.policies.allows({ ...access, caller: { service: 's3.amazonaws.com' } })).toBe(false);
  });
});

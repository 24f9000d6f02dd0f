import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  ListAliasesCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chooseVersion } from './alias-weights.ts';
import { MINIMUM, openTestLambda, refusal, type TestLambda, zipOf } from './functions.test-support.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:bills';
const FunctionName = 'bills';

let lambda: TestLambda;

/** A function with the versions 1 and 2. */
beforeEach(async () => {
  lambda = await openTestLambda();
  const ZipFile = await zipOf({ 'index.mjs': 'export {}' });
  await lambda.client.send(
    new CreateFunctionCommand({ ...MINIMUM, FunctionName, Code: { ZipFile }, Publish: true }),
  );
  await lambda.client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 20 }));
  await lambda.client.send(new PublishVersionCommand({ FunctionName, Description: 'slower' }));
});

afterEach(async () => {
  await lambda.close();
});

describe('PublishVersion', () => {
  test('gives the same version again while nothing has changed', async () => {
    const again = await lambda.client.send(
      new PublishVersionCommand({ FunctionName, Description: 'other words' }),
    );
    expect([again.Version, again.FunctionArn, again.Description]).toEqual(['2', `${ARN}:2`, 'slower']);
  });

  test('makes a version that keeps its settings', async () => {
    await lambda.client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 30 }));
    const timeoutOf = (qualifier: string | undefined) =>
      lambda.functions.resolve({ name: FunctionName, qualifier })?.deployed.spec.timeoutMs;
    expect([timeoutOf('1'), timeoutOf('2'), timeoutOf(undefined)]).toEqual([3000, 20_000, 30_000]);
    const resolved = lambda.functions.resolve({ name: FunctionName, qualifier: '1' });
    expect([resolved?.version, resolved?.invokedArn, resolved?.deployed.spec.version]).toEqual([
      '1',
      `${ARN}:1`,
      '1',
    ]);
    expect(resolved?.deployed.logStreamName).toContain('/[1]');
  });

  test('gives no number twice, even after a version was deleted', async () => {
    await lambda.client.send(new DeleteFunctionCommand({ FunctionName, Qualifier: '2' }));
    const next = await lambda.client.send(new PublishVersionCommand({ FunctionName }));
    expect(next.Version).toBe('3');
  });

  test.each([
    [
      { CodeSha256: 'other' },
      400,
      'InvalidParameterValueException',
      /^CodeSHA256 \(other\) is different from current CodeSHA256 in \$LATEST \(.+\)\. Please try again with the CodeSHA256 in \$LATEST\.$/,
    ],
    [{ RevisionId: 'old' }, 412, 'PreconditionFailedException', /^The Revision Id provided does not match/],
  ])('with %j is refused', async (more, status, name, message) => {
    const call = lambda.client.send(new PublishVersionCommand({ FunctionName, ...more }));
    expect(await refusal(call)).toEqual([status, name, expect.stringMatching(message)]);
  });

  test('its versions are listed from $LATEST on, in pages', async () => {
    const first = await lambda.client.send(new ListVersionsByFunctionCommand({ FunctionName, MaxItems: 2 }));
    const { NextMarker: Marker } = first;
    const second = await lambda.client.send(new ListVersionsByFunctionCommand({ FunctionName, Marker }));
    expect([first, second].map(({ Versions }) => Versions?.map(({ FunctionArn }) => FunctionArn))).toEqual([
      [`${ARN}:$LATEST`, `${ARN}:1`],
      [`${ARN}:2`],
    ]);
    expect(second.NextMarker).toBeUndefined();
  });
});

async function createAlias(more: Partial<ConstructorParameters<typeof CreateAliasCommand>[0]> = {}) {
  return await lambda.client.send(
    new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1', ...more }),
  );
}

describe('an alias', () => {
  test('leads to its version, and after a change to the other one', async () => {
    const created = await createAlias();
    expect(created.$metadata.httpStatusCode).toBe(201);
    expect(created).toMatchObject({
      AliasArn: `${ARN}:live`,
      Name: 'live',
      FunctionVersion: '1',
      Description: '',
    });
    const versionOf = () => {
      const resolved = lambda.functions.resolve({ name: FunctionName, qualifier: 'live' });
      return [resolved?.version, resolved?.invokedArn];
    };
    expect(versionOf()).toEqual(['1', `${ARN}:live`]);
    const updated = await lambda.client.send(
      new UpdateAliasCommand({
        FunctionName,
        Name: 'live',
        FunctionVersion: '2',
        RevisionId: created.RevisionId,
      }),
    );
    expect(updated.RevisionId).not.toBe(created.RevisionId);
    expect(versionOf()).toEqual(['2', `${ARN}:live`]);
    const found = await lambda.client.send(new GetFunctionCommand({ FunctionName: `${ARN}:live` }));
    expect([found.Configuration?.FunctionArn, found.Configuration?.Version]).toEqual([`${ARN}:live`, '2']);
  });

  test('is found, listed by its version, and gone when it is deleted', async () => {
    const { $metadata: _, ...live } = await createAlias();
    await createAlias({ Name: 'next', FunctionVersion: '2' });
    const { $metadata: __, ...found } = await lambda.client.send(
      new GetAliasCommand({ FunctionName, Name: 'live' }),
    );
    expect(found).toEqual(live);
    const names = async (more: object) =>
      (await lambda.client.send(new ListAliasesCommand({ FunctionName, ...more }))).Aliases?.map(
        ({ Name }) => Name,
      );
    expect([await names({}), await names({ FunctionVersion: '2' })]).toEqual([['live', 'next'], ['next']]);
    await lambda.client.send(new DeleteAliasCommand({ FunctionName, Name: 'live' }));
    expect(lambda.functions.resolve({ name: FunctionName, qualifier: 'live' })).toBeUndefined();
    expect(await refusal(lambda.client.send(new GetAliasCommand({ FunctionName, Name: 'live' })))).toEqual([
      404,
      'ResourceNotFoundException',
      `Cannot find alias arn: ${ARN}:live`,
    ]);
  });

  test('takes with it what was said of it alone', async () => {
    const permission = { FunctionName, StatementId: 's3', Action: 'lambda:InvokeFunction', Principal: '*' };
    const permit = async (Qualifier: string) =>
      await lambda.client.send(new AddPermissionCommand({ ...permission, Qualifier }));
    await createAlias({});
    await permit('live');
    await permit('1');
    for (const Name of ['live', '1', '$LATEST']) {
      await lambda.client.send(new DeleteAliasCommand({ FunctionName, Name }));
    }
    await createAlias({});
    const statements = ['live', '1'].map((each) => lambda.policies.statements(FunctionName, each).length);
    expect(statements).toEqual([0, 1]);
  });

  test('keeps its versions from being deleted', async () => {
    await createAlias({ RoutingConfig: { AdditionalVersionWeights: { 2: 0.5 } } });
    for (const Qualifier of ['1', '2']) {
      const call = lambda.client.send(new DeleteFunctionCommand({ FunctionName, Qualifier }));
      expect(await refusal(call)).toEqual([
        409,
        'ResourceConflictException',
        `Version ${Qualifier} is currently referenced by an alias`,
      ]);
    }
  });

  test('an empty routing configuration ends its weights', async () => {
    const created = await createAlias({ RoutingConfig: { AdditionalVersionWeights: { 2: 0.25 } } });
    expect(created.RoutingConfig).toEqual({ AdditionalVersionWeights: { 2: 0.25 } });
    const input = { FunctionName, Name: 'live', RoutingConfig: { AdditionalVersionWeights: {} } };
    const updated = await lambda.client.send(new UpdateAliasCommand(input));
    expect(updated.RoutingConfig).toBeUndefined();
  });

  const weights = (AdditionalVersionWeights: Record<string, number>) => ({
    RoutingConfig: { AdditionalVersionWeights },
  });

  test.each([
    [{ FunctionVersion: '9' }, 404, 'ResourceNotFoundException', `Function not found: ${ARN}:9`],
    [weights({ 9: 0.5 }), 404, 'ResourceNotFoundException', `Function not found: ${ARN}:9`],
    [
      { Name: '12' },
      400,
      'ValidationException',
      "1 validation error detected: Value '12' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)",
    ],
    [
      weights({ 1: 0.5 }),
      400,
      'InvalidParameterValueException',
      'Invalid function version 1. Function version 1 is already included in routing configuration.',
    ],
    [
      { FunctionVersion: '$LATEST', ...weights({ 1: 0.5 }) },
      400,
      'InvalidParameterValueException',
      '$LATEST is not supported for an alias pointing to more than 1 version',
    ],
    [
      weights({ 1: 0.25, 2: 0.25 }),
      400,
      'InvalidParameterValueException',
      'Number of items in AdditionalVersionWeights cannot be greater than 1',
    ],
    [
      weights({ 2: 1.5 }),
      400,
      'ValidationException',
      "1 validation error detected: Value '{2=1.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0]",
    ],
    [
      weights({ next: 0.5 }),
      400,
      'ValidationException',
      "1 validation error detected: Value '{next=0.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]",
    ],
  ])('with %j is refused', async (more, status, name, message) => {
    expect(await refusal(createAlias(more))).toEqual([status, name, message]);
  });

  test('is made once', async () => {
    await createAlias();
    expect(await refusal(createAlias())).toEqual([
      409,
      'ResourceConflictException',
      `Alias already exists: ${ARN}:live`,
    ]);
  });
});

test('a weight is the part of invocations that the other version gets', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (weight, chance) => {
        const version = chooseVersion({ version: 1, weights: { 2: weight } }, () => chance);
        expect(version).toBe(chance < weight ? 2 : 1);
      },
    ),
  );
});

test('an alias without weights needs no chance', () => {
  expect(chooseVersion({ version: 3, weights: {} }, () => expect.fail('asked'))).toBe(3);
});

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  ListFunctionsCommand,
  PublishVersionCommand,
  paginateListFunctions,
  TagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MINIMUM, openTestLambda, ROLE, refusal, type TestLambda, zipOf } from './functions.test-support.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:bills';
const UUID = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);

let lambda: TestLambda;
let zip: Uint8Array;

beforeEach(async () => {
  lambda = await openTestLambda();
  zip = await zipOf({ 'index.mjs': 'export const handler = () => 1;' });
});

afterEach(async () => {
  await lambda.close();
});

function withoutMetadata<T extends object>(output: T): Omit<T, '$metadata'> {
  const { $metadata: _, ...rest } = output as T & { $metadata: unknown };
  return rest;
}

async function create(more: Partial<ConstructorParameters<typeof CreateFunctionCommand>[0]> = {}) {
  return await lambda.client.send(
    new CreateFunctionCommand({ ...MINIMUM, FunctionName: 'bills', Code: { ZipFile: zip }, ...more }),
  );
}

describe('CreateFunction', () => {
  test('answers with a function that is being created, and the next call finds it active', async () => {
    const created = await create();
    const expected = {
      FunctionName: 'bills',
      FunctionArn: ARN,
      ...MINIMUM,
      Description: '',
      Timeout: 3,
      MemorySize: 128,
      EphemeralStorage: { Size: 512 },
      TracingConfig: { Mode: 'PassThrough' },
      LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/bills' },
      Architectures: ['x86_64'],
      SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
      CodeSha256: createHash('sha256').update(zip).digest('base64'),
      CodeSize: zip.byteLength,
      LastModified: '2026-01-12T09:30:00.000+0000',
      PackageType: 'Zip',
      RevisionId: UUID,
      Version: '$LATEST',
      RuntimeVersionConfig: {
        RuntimeVersionArn: expect.stringMatching(/^arn:aws:lambda:us-east-1::runtime:/),
      },
    };
    expect(created.$metadata.httpStatusCode).toBe(201);
    expect(withoutMetadata(created)).toEqual({
      ...expected,
      State: 'Pending',
      StateReason: 'The function is being created.',
      StateReasonCode: 'Creating',
    });
    const waiter = { client: lambda.client, maxWaitTime: 5, minDelay: 1 };
    expect((await waitUntilFunctionActiveV2(waiter, { FunctionName: 'bills' })).state).toBe('SUCCESS');
    const found = await lambda.client.send(new GetFunctionConfigurationCommand({ FunctionName: 'bills' }));
    expect(withoutMetadata(found)).toEqual({
      ...expected,
      State: 'Active',
      LastUpdateStatus: 'Successful',
      RevisionId: created.RevisionId,
    });
  });

  test('makes a function that can be resolved to what the runtime needs', async () => {
    await create({
      Timeout: 7,
      MemorySize: 256,
      Environment: { Variables: { STAGE: 'test' } },
      DeadLetterConfig: { TargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead' },
    });
    const resolved = lambda.functions.resolve({ name: 'bills', qualifier: undefined });
    expect(resolved).toEqual({
      deployed: {
        spec: {
          name: 'bills',
          arn: ARN,
          handler: 'index.handler',
          runtime: 'nodejs24.x',
          timeoutMs: 7000,
          memoryMb: 256,
          environment: { STAGE: 'test' },
          root: expect.stringMatching(/\/code\/[0-9a-f]{64}$/),
          code: 'package',
          stored: true,
          version: '$LATEST',
          layers: [],
        },
        stubbed: false,
        logGroupName: '/aws/lambda/bills',
        logStreamName: expect.stringMatching(/^2026\/01\/12\/\[\$LATEST\][0-9a-f]{32}$/),
        deadLetterArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
      },
      invokedArn: ARN,
      version: '$LATEST',
    });
    const root = resolved?.deployed.spec.root ?? '';
    expect(await readFile(join(root, 'index.mjs'), 'utf8')).toBe('export const handler = () => 1;');
    expect(lambda.functions.resolve({ name: 'bills', qualifier: undefined })?.deployed).toBe(
      resolved?.deployed,
    );
    expect(lambda.identities.roleArnOf('bills')).toBe(ROLE);
  });

  test('refuses a name that is taken, by the configuration, too', async () => {
    await create();
    expect(await refusal(create())).toEqual([
      409,
      'ResourceConflictException',
      'Function already exist: bills',
    ]);
    expect(await refusal(create({ FunctionName: 'orders' }))).toEqual([
      409,
      'ResourceConflictException',
      'Function already exist: orders. It comes from the configuration of llx.',
    ]);
  });

  test('takes ARNs of its own account and region', async () => {
    expect((await create({ FunctionName: ARN })).FunctionName).toBe('bills');
    expect(await refusal(create({ FunctionName: ARN.replace('us-east-1', 'eu-west-1') }))).toEqual([
      404,
      'ResourceNotFoundException',
      "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    ]);
  });
});

describe('GetFunction', () => {
  test('leads to the package as it came, as long as its link is valid', async () => {
    await create({ Tags: { team: 'billing' } });
    const found = await lambda.client.send(new GetFunctionCommand({ FunctionName: 'bills' }));
    expect(found.Tags).toEqual({ team: 'billing' });
    expect(found.Concurrency).toBeUndefined();
    const location = found.Code?.Location ?? '';
    const download = await fetch(location);
    expect([download.status, download.headers.get('content-type')]).toEqual([200, 'application/zip']);
    expect(new Uint8Array(await download.arrayBuffer())).toEqual(zip);
    expect((await fetch(location.replace(/Signature=./, 'Signature=_'))).status).toBe(403);
    expect((await fetch(location.replace(/Expires=\d/, 'Expires=9'))).status).toBe(403);
    lambda.clock.advance(10 * 60_000);
    expect((await fetch(location)).status).toBe(403);
  });

  test('knows the functions of the configuration', async () => {
    const found = await lambda.client.send(new GetFunctionCommand({ FunctionName: 'orders' }));
    expect([found.Configuration?.Handler, found.Configuration?.State]).toEqual(['orders.handler', 'Active']);
  });

  test.each([
    ['nowhere', undefined, 'nowhere'],
    ['bills', '7', 'bills:7'],
    ['bills', 'live', 'bills:live'],
    ['orders', '1', 'orders:1'],
  ])('%s with the qualifier %s is not found', async (FunctionName, Qualifier, shown) => {
    await create();
    const call = lambda.client.send(new GetFunctionCommand({ FunctionName, Qualifier }));
    expect(await refusal(call)).toEqual([
      404,
      'ResourceNotFoundException',
      `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${shown}`,
    ]);
  });
});

describe('UpdateFunctionCode', () => {
  const other = async () => await zipOf({ 'index.mjs': 'export const handler = () => 2;' });

  test('changes $LATEST, tells who listens, and the waiter ends', async () => {
    const { RevisionId } = await create();
    const before = lambda.functions.resolve({ name: 'bills', qualifier: undefined });
    const changed: string[] = [];
    lambda.functions.onChanged((name) => changed.push(name));
    const updated = await lambda.client.send(
      new UpdateFunctionCodeCommand({ FunctionName: 'bills', ZipFile: await other(), RevisionId }),
    );
    expect([updated.LastUpdateStatus, updated.State, updated.LastUpdateStatusReasonCode]).toEqual([
      'InProgress',
      'Active',
      'Creating',
    ]);
    expect(changed).toEqual(['bills']);
    const waiter = { client: lambda.client, maxWaitTime: 5, minDelay: 1 };
    expect((await waitUntilFunctionUpdatedV2(waiter, { FunctionName: 'bills' })).state).toBe('SUCCESS');
    const after = lambda.functions.resolve({ name: 'bills', qualifier: undefined });
    expect(after?.deployed.spec.root).not.toBe(before?.deployed.spec.root);
  });

  test('refuses an old revision', async () => {
    await create();
    const call = lambda.client.send(
      new UpdateFunctionCodeCommand({ FunctionName: 'bills', ZipFile: await other(), RevisionId: 'old' }),
    );
    expect(await refusal(call)).toEqual([
      412,
      'PreconditionFailedException',
      'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    ]);
  });

  test('with DryRun shows what would be, and changes nothing', async () => {
    const { CodeSha256 } = await create();
    const input = { FunctionName: 'bills', ZipFile: await other(), DryRun: true };
    const tried = await lambda.client.send(new UpdateFunctionCodeCommand(input));
    expect(tried.CodeSha256).not.toBe(CodeSha256);
    const found = await lambda.client.send(new GetFunctionCommand({ FunctionName: 'bills' }));
    expect(found.Configuration?.CodeSha256).toBe(CodeSha256);
  });

  test('with Publish answers with the new version', async () => {
    await create();
    const input = { FunctionName: 'bills', ZipFile: await other(), Publish: true };
    const updated = await lambda.client.send(new UpdateFunctionCodeCommand(input));
    expect([updated.Version, updated.FunctionArn]).toEqual(['1', `${ARN}:1`]);
  });

  test.each([
    [{ S3Bucket: 'mine', S3Key: 'code.zip' }, 'There is no S3 here.'],
    [{ ImageUri: 'example.com/image:1' }, 'Images cannot run here.'],
    [{}, 'Please provide a source for function code.'],
    [{ S3Bucket: '__local__', S3Key: 'relative' }, 'S3Key must be the absolute path of a directory'],
    [{ S3Bucket: '__local__', S3Key: '/nowhere/at/all' }, 'There is no directory /nowhere/at/all'],
    [{ ZipFile: Buffer.from('no zip') }, 'Could not unzip uploaded file.'],
  ])('refuses %j', async (source, text) => {
    await create();
    const call = lambda.client.send(new UpdateFunctionCodeCommand({ FunctionName: 'bills', ...source }));
    expect(await refusal(call)).toEqual([
      400,
      'InvalidParameterValueException',
      expect.stringContaining(text),
    ]);
  });
});

describe('a directory of this machine', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'llx-local-'));
    await writeFile(join(directory, 'index.mjs'), 'export const handler = () => "one";');
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  test.each(['__local__', 'hot-reload'])(
    'runs as it is for the bucket %s; versions keep a copy',
    async (S3Bucket) => {
      await create({ Code: { S3Bucket, S3Key: directory } });
      const latest = lambda.functions.resolve({ name: 'bills', qualifier: undefined });
      expect(latest?.deployed.spec.root).toBe(directory);
      const publish = async () =>
        (await lambda.client.send(new PublishVersionCommand({ FunctionName: 'bills' }))).Version;
      expect([await publish(), await publish()]).toEqual(['1', '1']);
      await writeFile(join(directory, 'index.mjs'), 'export const handler = () => "two";');
      expect(await publish()).toBe('2');
      const root = lambda.functions.resolve({ name: 'bills', qualifier: '1' })?.deployed.spec.root ?? '';
      expect(await readFile(join(root, 'index.mjs'), 'utf8')).toBe('export const handler = () => "one";');
    },
  );
});

describe('UpdateFunctionConfiguration', () => {
  test('changes what it names, and leaves the rest', async () => {
    await create({ Timeout: 9, Environment: { Variables: { STAGE: 'test' } } });
    const updated = await lambda.client.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: 'bills',
        MemorySize: 512,
        LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'DEBUG' },
      }),
    );
    expect([updated.Timeout, updated.MemorySize, updated.Environment, updated.LoggingConfig]).toEqual([
      9,
      512,
      { Variables: { STAGE: 'test' } },
      {
        LogFormat: 'JSON',
        LogGroup: '/aws/lambda/bills',
        ApplicationLogLevel: 'DEBUG',
        SystemLogLevel: 'INFO',
      },
    ]);
    expect(lambda.functions.resolve({ name: 'bills', qualifier: undefined })?.deployed).toMatchObject({
      spec: {
        memoryMb: 512,
        environment: { STAGE: 'test', AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'DEBUG' },
      },
      systemLogLevel: 'INFO',
    });
  });

  test('of a function of the configuration is a conflict', async () => {
    const call = lambda.client.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: 'orders', Timeout: 9 }),
    );
    expect(await refusal(call)).toEqual([
      409,
      'ResourceConflictException',
      'The function orders comes from the configuration of llx: change it there, and start the emulator again.',
    ]);
  });
});

describe('DeleteFunction', () => {
  test('removes it with its versions, and tells who listens', async () => {
    await create({ Publish: true });
    const deleted: string[] = [];
    await lambda.client.send(new TagResourceCommand({ Resource: ARN, Tags: { stage: 'test' } }));
    const tags = lambda.state.statement('SELECT count(*) AS n FROM lambda_tags');
    // Who is killed right then has it all deleted.
    const end = lambda.functions.onDeleted((name) => deleted.push(`${name} ${tags.get()?.n}`));
    const { $metadata } = await lambda.client.send(new DeleteFunctionCommand({ FunctionName: 'bills' }));
    expect($metadata.httpStatusCode).toBe(204);
    expect(deleted).toEqual(['bills 0']);
    expect(lambda.functions.exists('bills')).toBe(false);
    expect(lambda.functions.resolve({ name: 'bills', qualifier: '1' })).toBeUndefined();
    expect(await refusal(lambda.client.send(new DeleteFunctionCommand({ FunctionName: 'bills' })))).toEqual([
      404,
      'ResourceNotFoundException',
      `Function not found: ${ARN}`,
    ]);
    end();
    await create();
    await lambda.client.send(new DeleteFunctionCommand({ FunctionName: 'bills' }));
    expect(deleted).toEqual(['bills 0']);
  });

  test.each(['0', '01', '9'])(
    'with the version %s, which is not there, changes nothing',
    async (Qualifier) => {
      await create({ Publish: true });
      await lambda.client.send(new DeleteFunctionCommand({ FunctionName: 'bills', Qualifier }));
      for (const qualifier of ['$LATEST', '1']) {
        expect(lambda.functions.resolve({ name: 'bills', qualifier })).toBeDefined();
      }
    },
  );

  test.each([
    ['$LATEST', '$LATEST version cannot be deleted without deleting the function.'],
    ['live', 'Deletion of aliases is not currently supported.'],
  ])('with the qualifier %s is refused', async (Qualifier, message) => {
    await create();
    const call = lambda.client.send(new DeleteFunctionCommand({ FunctionName: 'bills', Qualifier }));
    expect(await refusal(call)).toEqual([400, 'InvalidParameterValueException', message]);
  });
});

describe('ListFunctions', () => {
  test('gives pages over deployed functions and those of the configuration, in the order of their names', async () => {
    for (const FunctionName of ['zeta', 'alpha', 'middle']) await create({ FunctionName });
    const pages: (string | undefined)[][] = [];
    for await (const page of paginateListFunctions({ client: lambda.client, pageSize: 2 }, {})) {
      pages.push((page.Functions ?? []).map(({ FunctionName }) => FunctionName));
    }
    expect(pages).toEqual([
      ['alpha', 'middle'],
      ['orders', 'zeta'],
    ]);
  });

  test('shows all versions when it is asked for them', async () => {
    await create({ Publish: true });
    const all = await lambda.client.send(new ListFunctionsCommand({ FunctionVersion: 'ALL', MaxItems: 2 }));
    expect(all.Functions?.map(({ FunctionArn }) => FunctionArn)).toEqual([`${ARN}:$LATEST`, `${ARN}:1`]);
    const rest = await lambda.client.send(
      new ListFunctionsCommand({ FunctionVersion: 'ALL', Marker: all.NextMarker }),
    );
    expect(rest.Functions?.map(({ FunctionName }) => FunctionName)).toEqual(['orders']);
    expect(rest.NextMarker).toBeUndefined();
  });

  test('refuses a marker that it did not give', async () => {
    const call = lambda.client.send(new ListFunctionsCommand({ Marker: 'made up' }));
    expect(await refusal(call)).toEqual([400, 'InvalidParameterValueException', 'Invalid Marker']);
  });
});

test('the account shows its limits and what is used of them', async () => {
  await create();
  const settings = await lambda.client.send(new GetAccountSettingsCommand({}));
  expect(withoutMetadata(settings)).toEqual({
    AccountLimit: {
      TotalCodeSize: 80_530_636_800,
      CodeSizeUnzipped: 262_144_000,
      CodeSizeZipped: 52_428_800,
      ConcurrentExecutions: 1000,
      UnreservedConcurrentExecutions: 993,
    },
    AccountUsage: { TotalCodeSize: zip.byteLength, FunctionCount: 2 },
  });
});

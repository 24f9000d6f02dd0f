import {
  DeleteFunctionConcurrencyCommand,
  DeleteFunctionEventInvokeConfigCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionRecursionConfigCommand,
  GetProvisionedConcurrencyConfigCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionEventInvokeConfigsCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  UpdateFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEVELOPMENT_KEY } from '../../../signature/development-key.ts';
import { ConcurrencyLimits } from './concurrency-limits.ts';
import { ConcurrencySettings } from './concurrency-settings.ts';
import { echo, LambdaWorld, START } from './invocations.test-support.ts';
import { RecursionGuard } from './recursion-guard.ts';
import { RecursionSettings } from './recursion-settings.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:results';
const FunctionName = 'orders';

let world: LambdaWorld;
let client: LambdaClient;
let arn: string;

beforeEach(async () => {
  world = await LambdaWorld.open();
  world.queues.queues.add(QUEUE);
  arn = world.deploy('orders', echo);
  client = new LambdaClient({
    endpoint: world.endpoint,
    region: 'us-east-1',
    credentials: DEVELOPMENT_KEY,
    maxAttempts: 1,
  });
});

afterEach(async () => {
  client.destroy();
  await world.close();
});

/** The members that the operation has, without those that every answer has. */
async function told(answer: Promise<{ $metadata: unknown }>): Promise<unknown> {
  const { $metadata: _, ...members } = await answer;
  return members;
}

test('reserved concurrency is put, held to, and taken away, and survives a restart', async () => {
  const put = new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 });
  expect(await told(client.send(put))).toEqual({ ReservedConcurrentExecutions: 0 });
  expect(await told(client.send(new GetFunctionConcurrencyCommand({ FunctionName })))).toEqual({
    ReservedConcurrentExecutions: 0,
  });
  await expect(client.send(new InvokeCommand({ FunctionName }))).rejects.toMatchObject({
    name: 'TooManyRequestsException',
    message: 'Rate Exceeded.',
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    retryAfterSeconds: '1',
  });
  const restarted = new ConcurrencyLimits();
  new ConcurrencySettings(world.state, restarted);
  expect(restarted.reservedOf('orders')).toBe(0);
  const answer = await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
  expect(answer.$metadata.httpStatusCode).toBe(204);
  expect(await told(client.send(new GetFunctionConcurrencyCommand({ FunctionName })))).toEqual({});
  expect((await client.send(new InvokeCommand({ FunctionName }))).StatusCode).toBe(200);
});

test('what would leave the account less than 100 unreserved is refused', async () => {
  world.deploy('billing', echo);
  const put = (name: string, executions: number): PutFunctionConcurrencyCommand =>
    new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: executions });
  await client.send(put('billing', 400));
  await expect(client.send(put('orders', 501))).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message:
      "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
  });
  await client.send(put('orders', 500));
  // Its own reservation is not counted twice.
  await client.send(put('billing', 399));
  await expect(client.send(put('orders', -1))).rejects.toMatchObject({ name: 'ValidationException' });
});

test('provisioned concurrency is refused by its name, and versions have no concurrency of their own', async () => {
  await expect(
    client.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: '1' })),
  ).rejects.toMatchObject({
    name: 'NotImplementedException',
    message: expect.stringContaining('GetProvisionedConcurrencyConfig'),
  });
  await expect(
    client.send(new GetFunctionConcurrencyCommand({ FunctionName: 'orders:$LATEST' })),
  ).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
  await expect(
    client.send(new GetFunctionConcurrencyCommand({ FunctionName: 'nobody' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('what an operation needs is asked for by its name', async () => {
  const [concurrency, loops] = [{ FunctionName }, { FunctionName, RecursiveLoop: 'Sometimes' }];
  // @ts-expect-error the client's types know that it is missing.
  await expect(client.send(new PutFunctionConcurrencyCommand(concurrency))).rejects.toMatchObject({
    name: 'ValidationException',
    message:
      "1 validation error detected: Value null at 'reservedConcurrentExecutions' failed to satisfy constraint: Member must not be null",
  });
  // @ts-expect-error nor is there such a choice.
  await expect(client.send(new PutFunctionRecursionConfigCommand(loops))).rejects.toMatchObject({
    name: 'ValidationException',
    message:
      "1 validation error detected: Value 'Sometimes' at 'recursiveLoop' failed to satisfy constraint: Member must satisfy enum value set: [Allow, Terminate]",
  });
});

test('loops are allowed and stopped, and that survives a restart', async () => {
  const get = (): Promise<unknown> =>
    told(client.send(new GetFunctionRecursionConfigCommand({ FunctionName })));
  expect(await get()).toEqual({ RecursiveLoop: 'Terminate' });
  const allow = new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop: 'Allow' });
  expect(await told(client.send(allow))).toEqual({ RecursiveLoop: 'Allow' });
  const restarted = new RecursionGuard();
  new RecursionSettings(world.state, restarted);
  expect(restarted.configOf('orders')).toBe('Allow');
  await client.send(new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop: 'Terminate' }));
  expect(await get()).toEqual({ RecursiveLoop: 'Terminate' });
});

test('an event-invoke config is put, read, changed member by member, listed and deleted', async () => {
  const config = {
    FunctionArn: `${arn}:$LATEST`,
    LastModified: new Date(START),
    MaximumRetryAttempts: 0,
    DestinationConfig: { OnSuccess: { Destination: QUEUE }, OnFailure: {} },
  };
  const put = new PutFunctionEventInvokeConfigCommand({
    FunctionName,
    MaximumRetryAttempts: 0,
    DestinationConfig: { OnSuccess: { Destination: QUEUE } },
  });
  expect(await told(client.send(put))).toEqual(config);
  const get = new GetFunctionEventInvokeConfigCommand({ FunctionName });
  expect(await told(client.send(get))).toEqual(config);
  const update = new UpdateFunctionEventInvokeConfigCommand({ FunctionName, MaximumEventAgeInSeconds: 60 });
  const updated = { ...config, MaximumEventAgeInSeconds: 60 };
  expect(await told(client.send(update))).toEqual(updated);
  const list = new ListFunctionEventInvokeConfigsCommand({ FunctionName });
  expect(await told(client.send(list))).toEqual({ FunctionEventInvokeConfigs: [updated] });
  // What is put replaces everything.
  const again = new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 2 });
  expect(await told(client.send(again))).toEqual({
    FunctionArn: `${arn}:$LATEST`,
    LastModified: new Date(START),
    MaximumRetryAttempts: 2,
    DestinationConfig: { OnSuccess: {}, OnFailure: {} },
  });
  await client.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName }));
  const missing = {
    name: 'ResourceNotFoundException',
    message: `The function ${arn}:$LATEST doesn't have an EventInvokeConfig`,
  };
  await expect(client.send(get)).rejects.toMatchObject(missing);
  await expect(client.send(update)).rejects.toMatchObject(missing);
  await expect(
    client.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName })),
  ).rejects.toMatchObject(missing);
});

test.each([
  ['nothing to configure', {}, 'You must specify at least one of error handling or destination setting.'],
  [
    'a queue that is not there',
    { DestinationConfig: { OnFailure: { Destination: `${QUEUE}-gone` } } },
    `The destination ARN ${QUEUE}-gone is invalid.`,
  ],
  [
    'the function itself',
    {
      DestinationConfig: {
        OnFailure: { Destination: 'arn:aws:lambda:us-east-1:000000000000:function:orders' },
      },
    },
    "You can't specify the function as a destination for itself.",
  ],
  [
    'a service that there is not',
    { DestinationConfig: { OnSuccess: { Destination: 'arn:aws:sns:us-east-1:000000000000:topic' } } },
    "llx's emulator delivers to SQS queues and Lambda functions only, not to arn:aws:sns:us-east-1:000000000000:topic",
  ],
])('%s is refused', async (_what, settings, message) => {
  const put = new PutFunctionEventInvokeConfigCommand({ FunctionName, ...settings });
  await expect(client.send(put)).rejects.toMatchObject({ name: 'InvalidParameterValueException', message });
});

test('the configurations of a function are listed page by page', async () => {
  await client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0 }));
  world.queue.configs.put('orders', 'live', { lastModified: START });
  const list = (Marker?: string) =>
    client.send(new ListFunctionEventInvokeConfigsCommand({ FunctionName, MaxItems: 1, Marker }));
  const first = await list();
  const second = await list(first.NextMarker);
  const arns = [first, second].map((page) =>
    page.FunctionEventInvokeConfigs?.map(({ FunctionArn }) => FunctionArn),
  );
  expect(arns).toEqual([[`${arn}:$LATEST`], [`${arn}:live`]]);
  expect(second.NextMarker).toBeUndefined();
  await expect(list('elsewhere')).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
});

test.each([
  { MaximumRetryAttempts: 3 },
  { MaximumEventAgeInSeconds: 59 },
  { MaximumEventAgeInSeconds: 21_601 },
])('%o is out of range', async (settings) => {
  const put = new PutFunctionEventInvokeConfigCommand({ FunctionName, ...settings });
  await expect(client.send(put)).rejects.toMatchObject({ name: 'ValidationException' });
});

test('an event that Invoke took runs with the request id of its answer', async () => {
  const invoke = new InvokeCommand({
    FunctionName,
    InvocationType: 'Event',
    Payload: Buffer.from('{"n":1}'),
  });
  const answer = await client.send(invoke);
  expect(answer.StatusCode).toBe(202);
  await world.ended(1);
  expect(world.calls.map(({ requestId, event }) => [requestId, Buffer.from(event).toString()])).toEqual([
    [answer.$metadata.requestId, '{"n":1}'],
  ]);
});

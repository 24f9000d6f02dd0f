import {
  CreateFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListFunctionsCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ORDERS_ARN } from '../lambda.test-support.ts';
import { MINIMUM, openTestLambda, refusal, SCOPE, type TestLambda, zipOf } from './functions.test-support.ts';

/** `reader` may look at the function `orders`, `nobody` may do nothing. */
const users = {
  reader: {
    accessKeys: [{ id: 'AKIAREADER0000000000', secret: 'of the reader' }],
    policies: [
      {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Action: 'lambda:GetFunction*', Resource: ORDERS_ARN },
      },
    ],
  },
  nobody: { accessKeys: [{ id: 'AKIANOBODY0000000000', secret: 'of nobody' }] },
} as const;

let lambda: TestLambda;
let clients: Record<keyof typeof users, LambdaClient>;

beforeEach(async () => {
  lambda = await openTestLambda({ iam: { users } });
  clients = { reader: clientOf('reader'), nobody: clientOf('nobody') };
});

afterEach(async () => {
  clients.reader.destroy();
  clients.nobody.destroy();
  await lambda.close();
});

function clientOf(name: keyof typeof users): LambdaClient {
  const [{ id, secret }] = users[name].accessKeys;
  const credentials = { accessKeyId: id, secretAccessKey: secret };
  return new LambdaClient({ endpoint: lambda.url, region: SCOPE.region, credentials, maxAttempts: 1 });
}

const denied = (user: string, action: string, resource = ORDERS_ARN) => [
  403,
  'AccessDeniedException',
  `User: arn:aws:iam::000000000000:user/${user} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
];

describe('GetFunctionConfiguration', () => {
  const input = { FunctionName: 'orders' };
  const configuration = {
    FunctionName: 'orders',
    FunctionArn: ORDERS_ARN,
    Runtime: 'nodejs24.x',
    Role: 'arn:aws:iam::000000000000:role/orders-role',
    Handler: 'orders.handler',
    CodeSize: 0,
    CodeSha256: expect.stringMatching(/^[\w+/]{43}=$/),
    Description: '',
    Timeout: 3,
    MemorySize: 128,
    TracingConfig: { Mode: 'PassThrough' },
    Version: '$LATEST',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: [expect.stringMatching(/^(arm64|x86_64)$/)],
    EphemeralStorage: { Size: 512 },
    LoggingConfig: { LogFormat: 'Text', LogGroup: 'group' },
  };

  test('tells of a function of the configuration what is deployed, and with which role', async () => {
    const { $metadata: _, ...answer } = await clients.reader.send(new GetFunctionConfigurationCommand(input));
    expect(answer).toEqual(configuration);
  });

  test('is a part of GetFunction', async () => {
    const { $metadata: _, ...answer } = await clients.reader.send(new GetFunctionCommand(input));
    expect(answer).toEqual({ Configuration: configuration });
  });

  test('is denied to whom no policy allows it, also of what is not there', async () => {
    expect(await refusal(clients.nobody.send(new GetFunctionConfigurationCommand(input)))).toEqual(
      denied('nobody', 'lambda:GetFunctionConfiguration'),
    );
    const other = new GetFunctionCommand({ FunctionName: 'nowhere' });
    expect(await refusal(clients.nobody.send(other))).toEqual(
      denied('nobody', 'lambda:GetFunction', ORDERS_ARN.replace('orders', 'nowhere')),
    );
  });

  test('is asked of the ARN with the qualifier that the caller gives', async () => {
    const call = clients.reader.send(
      new GetFunctionConfigurationCommand({ FunctionName: 'orders', Qualifier: '$LATEST' }),
    );
    expect(await refusal(call)).toEqual(
      denied('reader', 'lambda:GetFunctionConfiguration', `${ORDERS_ARN}:$LATEST`),
    );
  });
});

test('whoever may only read cannot list or create', async () => {
  expect(await refusal(clients.reader.send(new ListFunctionsCommand({})))).toEqual(
    denied('reader', 'lambda:ListFunctions', '*'),
  );
  const Code = { ZipFile: await zipOf({ 'index.mjs': 'export {}' }) };
  const create = new CreateFunctionCommand({ ...MINIMUM, FunctionName: 'bills', Code });
  expect(await refusal(clients.reader.send(create))).toEqual(
    denied('reader', 'lambda:CreateFunction', ORDERS_ARN.replace('orders', 'bills')),
  );
  expect(lambda.functions.exists('bills')).toBe(false);
});

describe('a role that does not trust Lambda', () => {
  const trust = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'ec2.amazonaws.com' },
      Action: 'sts:AssumeRole',
    },
  } as const;
  const Role = 'arn:aws:iam::000000000000:role/machines';
  const refused = [
    400,
    'InvalidParameterValueException',
    'The role defined for the function cannot be assumed by Lambda.',
  ];
  let other: TestLambda;

  beforeEach(async () => {
    other = await openTestLambda({ iam: { roles: { machines: { trust } } } });
  });

  afterEach(() => other.close());

  async function create(settings: object) {
    const Code = { ZipFile: await zipOf({ 'index.mjs': 'export {}' }) };
    return new CreateFunctionCommand({ ...MINIMUM, FunctionName: 'bills', Code, ...settings });
  }

  test('is refused for a new function, which is not made', async () => {
    expect(await refusal(other.client.send(await create({ Role })))).toEqual(refused);
    expect(other.functions.exists('bills')).toBe(false);
  });

  test('is refused for a function that has another, and keeps that', async () => {
    await other.client.send(await create({}));
    const change = new UpdateFunctionConfigurationCommand({ FunctionName: 'bills', Role, Timeout: 9 });
    expect(await refusal(other.client.send(change))).toEqual(refused);
    const { settings } = other.functions.find({ name: 'bills', qualifier: undefined });
    expect([settings.Role, settings.Timeout]).toEqual([MINIMUM.Role, 3]);
  });
});

describe('a role', () => {
  const roleArn = (name: string): string => `arn:aws:iam::000000000000:role/${name}`;
  const deployer = {
    accessKeys: [{ id: 'AKIADEPLOYER00000000', secret: 'of the deployer' }],
    policies: [
      {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'lambda:*', Resource: '*' },
          { Effect: 'Allow', Action: 'iam:PassRole', Resource: roleArn('given') },
        ],
      },
    ],
  } as const;

  test('of the configuration is given to a function by those who may pass it on alone', async () => {
    const other = await openTestLambda({ iam: { users: { deployer }, roles: { given: {}, billing: {} } } });
    const [{ id, secret }] = deployer.accessKeys;
    const credentials = { accessKeyId: id, secretAccessKey: secret };
    const client = new LambdaClient({
      endpoint: other.url,
      region: SCOPE.region,
      credentials,
      maxAttempts: 1,
    });
    const ZipFile = await zipOf({ 'index.mjs': 'export {}' });
    const create = (name: string, role: string) =>
      client.send(
        new CreateFunctionCommand({
          ...MINIMUM,
          FunctionName: name,
          Role: roleArn(role),
          Code: { ZipFile },
        }),
      );
    const no = denied('deployer', 'iam:PassRole', roleArn('billing'));
    expect(await refusal(create('one', 'billing'))).toEqual(no);
    await create('two', 'given');
    const change = { FunctionName: 'two', Role: roleArn('billing') };
    expect(await refusal(client.send(new UpdateFunctionConfigurationCommand(change)))).toEqual(no);
    await create('three', 'nobody-has-configured-it');
    client.destroy();
    await other.close();
  });
});

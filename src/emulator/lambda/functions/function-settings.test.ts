import { CreateFunctionCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MINIMUM, openTestLambda, refusal, type TestLambda, zipOf } from './functions.test-support.ts';
import { ALL_RUNTIMES, OTHER_RUNTIMES, RUNNABLE_RUNTIMES } from './runtimes.ts';

let lambda: TestLambda;
let zip: Uint8Array;
let created = 0;

beforeAll(async () => {
  lambda = await openTestLambda();
  zip = await zipOf({ bootstrap: '#!/bin/sh' });
});

afterAll(async () => {
  await lambda.close();
});

async function create(more: object) {
  created += 1;
  const input = { ...MINIMUM, FunctionName: `f-${created}`, Code: { ZipFile: zip }, ...more };
  return await lambda.client.send(new CreateFunctionCommand(input));
}

const validation = (sentence: string) => [
  400,
  'ValidationException',
  `1 validation error detected: ${sentence}`,
];
const parameter = (message: string) => [400, 'InvalidParameterValueException', message];

test.each([
  [
    { MemorySize: 127 },
    validation(
      "Value '127' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128",
    ),
  ],
  [
    { MemorySize: 10_241 },
    validation(
      "Value '10241' at 'memorySize' failed to satisfy constraint: Member must have value less than or equal to 10240",
    ),
  ],
  [
    { Timeout: 901 },
    validation(
      "Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900",
    ),
  ],
  [
    { Timeout: 0 },
    validation(
      "Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ),
  ],
  [
    { Role: 'orders' },
    validation(
      "Value 'orders' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
    ),
  ],
  [
    { Description: 'x'.repeat(257) },
    validation(
      `Value '${'x'.repeat(257)}' at 'description' failed to satisfy constraint: Member must have length less than or equal to 256`,
    ),
  ],
  [
    { TracingConfig: { Mode: 'Sometimes' } },
    validation(
      "Value 'Sometimes' at 'tracingConfig.mode' failed to satisfy constraint: Member must satisfy enum value set: [Active, PassThrough]",
    ),
  ],
  [
    { EphemeralStorage: { Size: 10_241 } },
    validation(
      "Value '10241' at 'ephemeralStorage.size' failed to satisfy constraint: Member must have value less than or equal to 10240",
    ),
  ],
  [
    { Architectures: ['x86_64', 'arm64'] },
    validation(
      "Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must have length less than or equal to 1",
    ),
  ],
  [
    { Architectures: ['riscv'] },
    validation(
      "Value '[riscv]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64]]",
    ),
  ],
  [
    { Handler: 'a b' },
    validation(
      "Value 'a b' at 'handler' failed to satisfy constraint: Member must satisfy regular expression pattern: [^\\s]+",
    ),
  ],
  [
    { Environment: { Variables: { 'A-B': 'x' } } },
    validation(
      "Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
    ),
  ],
  [
    { Environment: { Variables: { AWS_REGION: 'x', _HANDLER: 'y', OWN: 'z' } } },
    parameter(
      'Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_REGION, _HANDLER',
    ),
  ],
  [
    { Environment: { Variables: { LONG: 'x'.repeat(4096) } } },
    parameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: {"LONG":"${'x'.repeat(4096)}"}`,
    ),
  ],
  [
    { Runtime: 'nodejs99.x' },
    parameter(
      `Value nodejs99.x at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${ALL_RUNTIMES.join(', ')}] or be a valid ARN`,
    ),
  ],
  [
    { Handler: undefined },
    parameter('Runtime and Handler are mandatory parameters for functions created with deployment packages.'),
  ],
  [
    { LoggingConfig: { LogFormat: 'Text', SystemLogLevel: 'INFO' } },
    parameter('You must set your LogFormat to JSON to use ApplicationLogLevel or SystemLogLevel.'),
  ],
  [
    { SnapStart: { ApplyOn: 'PublishedVersions' } },
    parameter('nodejs24.x is not supported for SnapStart enabled functions.'),
  ],
  [
    { PackageType: 'Image' },
    parameter("llx's emulator does not take PackageType Image: it runs packages of type Zip."),
  ],
  [
    { FileSystemConfigs: [{ Arn: 'arn:aws:elasticfilesystem:x', LocalMountPath: '/mnt/x' }] },
    parameter("llx's emulator does not take FileSystemConfigs."),
  ],
  [{ Code: { ZipFile: new Uint8Array() } }, parameter('Uploaded file must be a non-empty zip')],
])('a function with %o is refused', async (more, expected) => {
  expect(await refusal(create(more))).toEqual(expected);
});

test('constraints that are not met are told all at once', async () => {
  expect(await refusal(create({ Timeout: 901, MemorySize: 1 }))).toEqual([
    400,
    'ValidationException',
    "2 validation errors detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900; Value '1' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128",
  ]);
});

test.each([...RUNNABLE_RUNTIMES])('%s is taken', async (Runtime) => {
  expect((await create({ Runtime })).Runtime).toBe(Runtime);
});

test.each([...OTHER_RUNTIMES])('%s is refused with what runs here', async (Runtime) => {
  expect(await refusal(create({ Runtime }))).toEqual(
    parameter(expect.stringContaining(`llx's emulator cannot run ${Runtime}: it runs nodejs26.x`)),
  );
});

test('what changes nothing here is shown as it was given', async () => {
  const given = {
    VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
    KMSKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/1',
    Architectures: ['arm64'],
    FileSystemConfigs: [],
  };
  expect(await create(given)).toMatchObject({
    VpcConfig: { ...given.VpcConfig, VpcId: '', Ipv6AllowedForDualStack: false },
    KMSKeyArn: given.KMSKeyArn,
    Architectures: ['arm64'],
  });
});

test('dead letters go to queues: a topic is refused, not taken and never served', async () => {
  const TargetArn = 'arn:aws:sns:us-east-1:000000000000:dead';
  expect(await refusal(create({ DeadLetterConfig: { TargetArn } }))).toEqual([
    400,
    'InvalidParameterValueException',
    `llx's emulator delivers dead letters to SQS queues only, not to ${TargetArn}.`,
  ]);
});

test('an empty value takes a setting away', async () => {
  const { FunctionName } = await create({
    DeadLetterConfig: { TargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead' },
    KMSKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/1',
    Environment: { Variables: { STAGE: 'test' } },
  });
  const updated = await lambda.client.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName,
      DeadLetterConfig: { TargetArn: '' },
      KMSKeyArn: '',
      Environment: { Variables: {} },
    }),
  );
  expect(updated.DeadLetterConfig).toBeUndefined();
  expect(updated.KMSKeyArn).toBeUndefined();
  expect(updated.Environment).toEqual({ Variables: {} });
});

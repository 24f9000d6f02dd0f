import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateFunctionCommand,
  DeleteLayerVersionCommand,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  ListLayersCommand,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MINIMUM, openTestLambda, refusal, type TestLambda, zipOf } from './functions.test-support.ts';

const LAYER_ARN = 'arn:aws:lambda:us-east-1:000000000000:layer:tools';

let lambda: TestLambda;

beforeEach(async () => {
  lambda = await openTestLambda();
});

afterEach(async () => {
  await lambda.close();
});

async function publish(LayerName = 'tools', text = 'export {}', more: object = {}) {
  const Content = { ZipFile: await zipOf({ 'nodejs/tool.mjs': text }) };
  return await lambda.client.send(new PublishLayerVersionCommand({ LayerName, Content, ...more }));
}

async function create(Layers: string[]) {
  const Code = { ZipFile: await zipOf({ 'index.mjs': 'export {}' }) };
  return await lambda.client.send(
    new CreateFunctionCommand({ ...MINIMUM, FunctionName: 'bills', Code, Layers }),
  );
}

test('a layer is published in versions, and found by name and by ARN', async () => {
  const { $metadata, ...published } = await publish('tools', 'one', {
    Description: 'first',
    LicenseInfo: 'MIT',
    CompatibleRuntimes: ['nodejs24.x'],
    CompatibleArchitectures: ['arm64'],
  });
  expect($metadata.httpStatusCode).toBe(201);
  expect(published).toEqual({
    Content: {
      Location: expect.stringContaining(`${lambda.url}/_llx/code/`),
      CodeSha256: expect.any(String),
      CodeSize: expect.any(Number),
    },
    LayerArn: LAYER_ARN,
    LayerVersionArn: `${LAYER_ARN}:1`,
    Description: 'first',
    CreatedDate: '2026-01-12T09:30:00.000+0000',
    Version: 1,
    LicenseInfo: 'MIT',
    CompatibleRuntimes: ['nodejs24.x'],
    CompatibleArchitectures: ['arm64'],
  });
  await publish('tools', 'two');
  const { $metadata: _, ...found } = await lambda.client.send(
    new GetLayerVersionCommand({ LayerName: 'tools', VersionNumber: 1 }),
  );
  expect(found).toEqual(published);
  const byArn = await lambda.client.send(new GetLayerVersionByArnCommand({ Arn: `${LAYER_ARN}:2` }));
  expect(byArn.Version).toBe(2);
  const byLayerArn = { LayerName: LAYER_ARN, VersionNumber: 2 };
  expect((await lambda.client.send(new GetLayerVersionCommand(byLayerArn))).Version).toBe(2);
});

test('lists show the newest first, and only what fits a runtime', async () => {
  await publish('tools', 'one', { CompatibleRuntimes: ['nodejs24.x'] });
  await publish('tools', 'two');
  await publish('another');
  const layers = async (more: object) =>
    (await lambda.client.send(new ListLayersCommand(more))).Layers?.map(
      ({ LatestMatchingVersion }) => LatestMatchingVersion?.LayerVersionArn,
    );
  expect(await layers({})).toEqual([`${LAYER_ARN.replace('tools', 'another')}:1`, `${LAYER_ARN}:2`]);
  expect(await layers({ CompatibleRuntime: 'nodejs24.x' })).toEqual([`${LAYER_ARN}:1`]);
  const list = async (more: object) =>
    await lambda.client.send(new ListLayerVersionsCommand({ LayerName: 'tools', ...more }));
  const first = await list({ MaxItems: 1 });
  const second = await list({ Marker: first.NextMarker });
  expect([first, second].map(({ LayerVersions }) => LayerVersions?.map(({ Version }) => Version))).toEqual([
    [2],
    [1],
  ]);
});

test('a function has its layers in order, and keeps them when they are deleted', async () => {
  await publish();
  await publish('other', 'export const other = 1;');
  const Layers = [`${LAYER_ARN}:1`, `${LAYER_ARN.replace('tools', 'other')}:1`];
  const created = await create(Layers);
  expect(created.Layers?.map(({ Arn }) => Arn)).toEqual(Layers);
  await lambda.client.send(new DeleteLayerVersionCommand({ LayerName: 'tools', VersionNumber: 1 }));
  lambda.clock.advance(60 * 60_000);
  await lambda.code.removeUnused(lambda.functions.versions.hashes());
  const layers =
    lambda.functions.resolve({ name: 'bills', qualifier: undefined })?.deployed.spec.layers ?? [];
  const texts = await Promise.all(layers.map((layer) => readFile(join(layer, 'nodejs/tool.mjs'), 'utf8')));
  expect(texts).toEqual(['export {}', 'export const other = 1;']);
  const changed = await lambda.client.send(
    new UpdateFunctionConfigurationCommand({ FunctionName: 'bills', Timeout: 9 }),
  );
  expect(changed.Layers?.map(({ Arn }) => Arn)).toEqual(Layers);
  const without = await lambda.client.send(
    new UpdateFunctionConfigurationCommand({ FunctionName: 'bills', Layers: [] }),
  );
  expect(without.Layers).toBeUndefined();
  expect(lambda.functions.resolve({ name: 'bills', qualifier: undefined })?.deployed.spec.layers).toEqual([]);
});

test('a deleted version is not there any more, and its number is not given again', async () => {
  await publish();
  await lambda.client.send(new DeleteLayerVersionCommand({ LayerName: 'tools', VersionNumber: 1 }));
  const call = lambda.client.send(new GetLayerVersionCommand({ LayerName: 'tools', VersionNumber: 1 }));
  expect(await refusal(call)).toEqual([
    404,
    'ResourceNotFoundException',
    'The resource you requested does not exist.',
  ]);
  expect((await publish()).Version).toBe(2);
});

test.each([
  [[`${LAYER_ARN}:9`], 'InvalidParameterValueException', `Layer version ${LAYER_ARN}:9 does not exist.`],
  [
    [`${LAYER_ARN}:1`, `${LAYER_ARN}:2`],
    'InvalidParameterValueException',
    `Two different versions of the same layer are not allowed to be referenced in the same function. ${LAYER_ARN}:1 and ${LAYER_ARN}:2 are versions of the same layer.`,
  ],
  [
    Array.from({ length: 6 }, () => `${LAYER_ARN}:1`),
    'InvalidParameterValueException',
    'Cannot reference more than 5 layers.',
  ],
  [
    [`${LAYER_ARN.replace('000000000000', '017000801446')}:1`],
    'InvalidParameterValueException',
    `llx's emulator has no layers of other accounts and regions: ${LAYER_ARN.replace('000000000000', '017000801446')}:1. Publish a copy of it with PublishLayerVersion.`,
  ],
  [
    [LAYER_ARN],
    'ValidationException',
    expect.stringContaining(`Value '[${LAYER_ARN}]' at 'layers' failed to satisfy constraint`),
  ],
])('a function with the layers %j is refused', async (layers, name, message) => {
  await publish('tools', 'one');
  await publish('tools', 'two');
  expect(await refusal(create(layers))).toEqual([400, name, message]);
});

describe('a function and its layers together', () => {
  const TOO_LARGE = [
    400,
    'InvalidParameterValueException',
    expect.stringMatching(
      /^Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is 26214\d{4} bytes.$/,
    ),
  ];

  /** A layer with a file that fills it, which takes no room on the disk. @param left bytes for a function */
  async function publishLarge(left: number): Promise<string> {
    const { LayerVersionArn = '', Content } = await publish();
    const directory = lambda.code.directoryOf(Content?.CodeSha256 ?? '');
    await writeFile(join(directory, 'large'), '');
    await truncate(join(directory, 'large'), 262_144_000 - 'export {}'.length - left);
    return LayerVersionArn;
  }

  test('are refused when they are larger than Lambda takes', async () => {
    const large = await publishLarge('export {}'.length - 1);
    expect(await refusal(create([large]))).toEqual(TOO_LARGE);
    await create([]);
    const change = new UpdateFunctionConfigurationCommand({ FunctionName: 'bills', Layers: [large] });
    expect(await refusal(lambda.client.send(change))).toEqual(TOO_LARGE);
    const { code, settings } = lambda.functions.find({ name: 'bills', qualifier: undefined });
    expect([code.layers, settings.Layers]).toEqual([[], undefined]);
  });

  test('are refused when new code makes them so', async () => {
    await create([await publishLarge('export {}'.length)]);
    const ZipFile = await zipOf({ 'index.mjs': 'export const more = 1;' });
    const change = new UpdateFunctionCodeCommand({ FunctionName: 'bills', ZipFile });
    expect(await refusal(lambda.client.send(change))).toEqual(TOO_LARGE);
  });
});

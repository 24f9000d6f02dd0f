import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  DeleteStageCommand,
  GetApisCommand,
} from '@aws-sdk/client-apigatewayv2';
import { IoTClient, ListTopicRulesCommand } from '@aws-sdk/client-iot';
import {
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { openTestPlatform, type TestPlatform } from '../platform/platform.test-support.ts';
import { runSync } from '../run-sync.ts';

let platform: TestPlatform;
let store: string;
let lambda: LambdaClient;
let gateway: ApiGatewayV2Client;
let sqs: SQSClient;
let iot: IoTClient;

beforeAll(async () => {
  platform = await openTestPlatform();
  store = join(await platform.folder('project', { 'store/.keep': '' }), 'store');
  const settings = {
    endpoint: platform.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  lambda = new LambdaClient(settings);
  gateway = new ApiGatewayV2Client(settings);
  sqs = new SQSClient(settings);
  iot = new IoTClient(settings);
  await writePackage('users', 'users/find', TRIGGERS);
  await sync();
});
afterAll(async () => {
  lambda.destroy();
  gateway.destroy();
  sqs.destroy();
  iot.destroy();
  await platform.close();
});

const TRIGGERS = {
  triggers: { http: [{ method: 'GET', path: '/users/{id}' }], queues: ['repaired'], topics: ['a/b'] },
};

async function writePackage(place: string, control: string, more: object = {}): Promise<void> {
  await mkdir(join(store, place), { recursive: true });
  await writeFile(join(store, place, 'index.mjs'), `export const handler = () => '${place}';\n`);
  const metadata = { control, version: '1.0.0', runtime: 'nodejs24.x', handler: 'index.handler', ...more };
  await writeFile(join(store, place, 'llx.package.json'), JSON.stringify(metadata));
}

async function sync(source = store, name = 'shop', more: { role?: string } = {}): Promise<string> {
  const { stdout } = await platform.run((surroundings) =>
    runSync(
      source,
      { every: 30_000, once: true, name, audit: join(store, '..', 'audit'), ...more },
      { ...surroundings, settleMs: 1 },
    ),
  );
  return stdout;
}

async function apiId(): Promise<string> {
  const { Items = [] } = await gateway.send(new GetApisCommand({}));
  return Items[0]?.ApiId ?? '';
}

async function get(path: string): Promise<number> {
  const answer = await fetch(`${platform.endpoint}/_aws/execute-api/${await apiId()}/$default${path}`);
  return answer.status;
}

describe('the next round mends', () => {
  test('an API whose stage was never made, because llx was killed', async () => {
    expect(await get('/users/7')).toBe(200);
    const ApiId = await apiId();
    await gateway.send(new DeleteStageCommand({ ApiId, StageName: '$default' }));
    expect(await get('/users/7')).toBe(404);
    await sync();
    expect(await get('/users/7')).toBe(200);
  });

  test('an alias that somebody has deleted, with the permissions that went with it', async () => {
    await lambda.send(new DeleteAliasCommand({ FunctionName: 'users-find', Name: 'live' }));
    await sync();
    const input = { FunctionName: 'users-find', Qualifier: 'live' };
    const { Policy } = await lambda.send(new GetPolicyCommand(input));
    expect(Policy).toContain('apigateway.amazonaws.com');
    expect(Policy).toContain('iot.amazonaws.com');
    expect(await get('/users/7')).toBe(200);
  });

  test('a mapping that somebody has switched off, and that ignores which messages failed', async () => {
    const FunctionName = 'users-find:live';
    const mapping = async () =>
      (await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }))).EventSourceMappings?.[0];
    const UUID = (await mapping())?.UUID;
    const changed = { UUID, Enabled: false, FunctionResponseTypes: [] };
    await lambda.send(new UpdateEventSourceMappingCommand(changed));
    await sync();
    expect(await mapping()).toMatchObject({ UUID, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    expect((await mapping())?.State).toMatch(/^Enabl/);
    // It is as it should be: nothing is done again.
    expect(await sync()).not.toContain('is live');
  });

  test('a function that somebody has deleted, and the trail says that it was gone', async () => {
    await lambda.send(new DeleteFunctionCommand({ FunctionName: 'users-find' }));
    expect(await sync()).toContain('users/find 1.0.0 is live: users-find, version 2');
    expect(await get('/users/7')).toBe(200);
    const trail = await readFile(join(store, '..', 'audit', 'shop.jsonl'), 'utf8');
    const entries = trail.trimEnd().split('\n');
    expect(entries.slice(-2).map((line) => JSON.parse(line))).toMatchObject([
      { event: 'removed', control: 'users/find', reasons: [expect.stringContaining('not there any more')] },
      { event: 'deployed', control: 'users/find', functionVersion: '2' },
    ]);
  });
});

test('another role is that of handlers which are deployed already', async () => {
  const role = 'arn:aws:iam::000000000000:role/another';
  expect(await sync(store, 'shop', { role })).toContain('users/find 1.0.0 (was 1.0.0) is live');
  const live = { FunctionName: 'users-find', Qualifier: 'live' };
  const configuration = await lambda.send(new GetFunctionConfigurationCommand(live));
  expect(configuration.Role).toBe(role);
  expect(await sync(store, 'shop', { role })).not.toContain('is live');
});

describe('what serves is not taken away', () => {
  test('where its folder has become a link', async () => {
    await rename(join(store, 'users'), join(store, '..', 'users'));
    await symlink('../users', join(store, 'users'));
    await writePackage('other', 'other');
    expect(await sync()).toContain('users is refused: expected a folder or a zip, found a link');
    expect(await get('/users/7')).toBe(200);
    await rm(join(store, 'users'));
    await rename(join(store, '..', 'users'), join(store, 'users'));
  });

  test('where the handler that is to follow it cannot be deployed, until it can', async () => {
    await rm(join(store, 'users'), { recursive: true });
    // The queue shows its messages again after 30 seconds, and Lambda takes none that does so within the timeout.
    await writePackage('people', 'people/find', { ...TRIGGERS, timeout: 900 });
    const failed = await sync();
    expect(failed).toContain('people/find failed, and is tried again');
    expect(failed).toContain('users/find is not removed while');
    expect(await get('/users/7')).toBe(200);
    await writePackage('people', 'people/find', TRIGGERS);
    expect(await sync()).toContain('users/find 1.0.0 is removed');
    expect(await get('/users/7')).toBe(200);
  });

  test('where those that are to follow it claim the same', async () => {
    await rm(join(store, 'people'), { recursive: true });
    for (const name of ['one', 'two']) await writePackage(name, name, TRIGGERS);
    const refused = await sync();
    expect(refused).toContain('one (one) is refused: two claims the route GET /users/{}, too');
    expect(refused).toContain('people/find is not removed while');
    expect(await get('/users/7')).toBe(200);
    await rm(join(store, 'two'), { recursive: true });
    expect(await sync()).toContain('people/find 1.0.0 is removed');
    expect(await get('/users/7')).toBe(200);
  });
});

test('an alias stays where it is while the triggers of a new version fail, and none of them is left', async () => {
  // It shows its messages again after 30 seconds, and Lambda takes none that does so within the timeout.
  await sqs.send(new CreateQueueCommand({ QueueName: 'hasty' }));
  const seen = async () => {
    const FunctionName = 'one:live';
    const alias = await lambda.send(new GetAliasCommand({ FunctionName: 'one', Name: 'live' }));
    const { EventSourceMappings = [] } = await lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName }),
    );
    const { rules = [] } = await iot.send(new ListTopicRulesCommand({}));
    return [
      alias.RevisionId,
      EventSourceMappings.map(({ UUID }) => UUID),
      rules.map(({ ruleName }) => ruleName),
    ];
  };
  const before = await seen();
  const triggers = {
    http: [...TRIGGERS.triggers.http, { method: 'GET', path: '/fresh' }],
    queues: ['repaired', 'fresh', 'hasty'],
    topics: ['a/b', 'fresh'],
  };
  const failing = { version: '2.0.0', timeout: 900, triggers: { ...triggers, topics: ['a/b'] } };
  await writePackage('one', 'one', failing);
  expect(await sync()).toContain('one failed, and is tried again: Expected a visibility timeout');
  expect(await seen()).toEqual(before);
  // A topic has a permission, which the alias has another revision by.
  await writePackage('one', 'one', { ...failing, triggers });
  expect(await sync()).toContain('one failed, and is tried again: Expected a visibility timeout');
  expect((await seen()).slice(1)).toEqual(before.slice(1));
  expect(await get('/fresh')).toBe(404);
  await writePackage('one', 'one', { version: '2.0.0', triggers });
  expect(await sync()).toContain('one 2.0.0 (was 1.0.0) is live');
  expect(await get('/fresh')).toBe(200);
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: 'one:live' }),
  );
  expect(EventSourceMappings.map(({ State }) => State)).toEqual(['Enabled', 'Enabled', 'Enabled']);
  // All of them are served: nothing is done again.
  expect(await sync()).not.toContain('is live');
});

test('a queue whose messages a function of somebody else gets is refused, and that function is named', async () => {
  const triggers = { queues: ['repaired'] };
  await writePackage('one', 'one', { version: '3.0.0', triggers: { queues: ['fresh'] } });
  await sync();
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: 'one:live' }),
  );
  expect(EventSourceMappings).toHaveLength(1);
  const other = join(store, '..', 'other');
  await writePackage('../other/two', 'two', { triggers: { queues: ['fresh'] } });
  const failed = 'two failed, and is tried again: Expected nobody else to consume the queue fresh, found one';
  expect(await sync(other, 'theirs')).toContain(failed);
  await writePackage('../other/two', 'two', { triggers });
  expect(await sync(other, 'theirs')).toContain('two 1.0.0 is live');
});

test('an API of the name that is somebody else’s is left alone', async () => {
  const Name = 'llx-sync-occupied';
  await gateway.send(new CreateApiCommand({ Name, ProtocolType: 'HTTP' }));
  const occupied = join(store, '..', 'occupied');
  const triggers = { http: [{ method: 'GET', path: '/three' }] };
  await writePackage('../occupied/three', 'three', { triggers });
  expect(await sync(occupied, 'occupied')).toContain(`Expected no other API named ${Name}, found`);
});

test('what is wrong with a zip is the same in each round', async () => {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from('1'), 'index.mjs');
  zip.end();
  await writeFile(join(store, 'bare.zip'), await buffer(zip.outputStream));
  const first = await sync();
  expect(first).toContain('bare.zip is refused: expected llx.package.json in it, found none');
  expect(await sync()).toBe(first);
});

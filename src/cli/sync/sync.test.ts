import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { InvokeCommand, LambdaClient, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openTestPlatform, type Printed, type TestPlatform } from '../platform/platform.test-support.ts';
import { runLogs } from '../run-logs.ts';
import { runSync, type SyncFlags } from '../run-sync.ts';
import { runSyncAudit } from './run-sync-audit.ts';

/** For what has to come; a machine may be slow. */
const SOON = { timeout: 30_000, interval: 50 };

let platform: TestPlatform;
let store: string;
let lambda: LambdaClient;
let settings: ConstructorParameters<typeof LambdaClient>[0] & object;

beforeAll(async () => {
  platform = await openTestPlatform();
  store = join(await platform.folder('project', { 'store/.keep': '' }), 'store');
  settings = {
    endpoint: platform.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  lambda = new LambdaClient(settings);
});
afterAll(async () => {
  lambda.destroy();
  await platform.close();
});

const CODE = (answer: string) =>
  `export const handler = async (event) => { console.log('got', JSON.stringify(event.Records ?? event)); return { answer: '${answer}', topic: event.topic }; };\n`;

type Written = { readonly control: string; readonly version: string } & Readonly<Record<string, unknown>>;

async function writePackage(place: string, metadata: Written, code = CODE(metadata.version)): Promise<void> {
  await mkdir(join(store, place), { recursive: true });
  await writeFile(join(store, place, 'index.mjs'), code);
  const whole = { runtime: 'nodejs24.x', handler: 'index.handler', ...metadata };
  await writeFile(join(store, place, 'llx.package.json'), JSON.stringify(whole));
}

const sync = async (flags: Partial<SyncFlags> = {}): Promise<Printed> =>
  await platform.run((surroundings) =>
    runSync(
      store,
      { every: 30_000, once: true, name: 'shop', audit: join(store, '..', 'audit'), ...flags },
      { ...surroundings, settleMs: 1 },
    ),
  );
const audit = async (control?: string): Promise<Printed> =>
  await platform.run((surroundings) =>
    runSyncAudit(
      store,
      control,
      { name: 'shop', audit: join(store, '..', 'audit'), json: true },
      surroundings,
    ),
  );
const invoke = async (name: string): Promise<unknown> => {
  const { Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: name, Qualifier: 'live', Payload: '{}' }),
  );
  return JSON.parse(Payload?.transformToString() ?? 'null');
};

/** A GET by the API of the source; Node.js need not know its name. */
async function get(path: string): Promise<{ status: number | undefined; body: string }> {
  const { port } = new URL(platform.endpoint);
  const headers = { host: `llx-sync-shop.execute-api.localhost:${port}` };
  return await new Promise((resolve, reject) => {
    request(`${platform.endpoint}${path}`, { headers }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    })
      .once('error', reject)
      .end();
  });
}

const HTTP_LINE = expect.stringMatching(/^HTTP routes are at http/);
const lines = ({ stdout }: Printed) => stdout.trimEnd().split('\n');

// In the order of a store's life: each test goes on where the one before has ended.
describe('a store', () => {
  test('is deployed nowhere by a dry run, which says what would be', async () => {
    await writePackage('users', {
      control: 'users/find',
      version: '1.0.0',
      environment: { STAGE: 'test' },
      triggers: {
        http: [{ method: 'GET', path: '/users/{id}' }],
        queues: ['orders'],
        topics: ['users/+/find'],
      },
    });
    expect(await sync({ dryRun: true })).toEqual({
      code: 0,
      stdout: 'users/find 1.0.0 would be deployed\n',
      stderr: `Keeping ${platform.endpoint} equal to ${store} (shop)\n`,
    });
    await expect(invoke('users-find')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('has its handlers live, by HTTP, queue, topic and name', async () => {
    const printed = await sync();
    expect(lines(printed)).toEqual(['users/find 1.0.0 is live: users-find, version 1', HTTP_LINE]);
    expect(printed.code).toBe(0);
    expect(await invoke('users-find')).toEqual({ answer: '1.0.0' });
    expect(await get('/users/7')).toEqual({ status: 200, body: '{"answer":"1.0.0"}' });
  });

  test('changes nothing where nothing has changed', async () => {
    expect(lines(await sync())).toEqual([HTTP_LINE]);
  });

  test('replaces a handler by its new version, which has other triggers', async () => {
    await writePackage('users', {
      control: 'users/find',
      version: '1.1.0',
      triggers: {
        http: [{ method: 'GET', path: '/people/{id}' }],
        queues: ['orders'],
        topics: ['users/+/find'],
      },
    });
    expect(lines(await sync())).toEqual([
      'users/find 1.1.0 (was 1.0.0) is live: users-find, version 2',
      HTTP_LINE,
    ]);
    expect(await get('/people/7')).toEqual({ status: 200, body: '{"answer":"1.1.0"}' });
    expect((await get('/users/7')).status).toBe(404);
    expect(lines(await sync())).toEqual([HTTP_LINE]);
  });

  test('is said what ran in which version', async () => {
    const { stdout } = await audit('users/find');
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toMatchObject([
      { type: 'live', control: 'users/find', version: '1.0.0', functionVersion: '1', to: rows[1]?.from },
      { type: 'live', control: 'users/find', version: '1.1.0', functionVersion: '2' },
    ]);
    await vi.waitFor(async () => {
      const found = (await audit('users/find')).stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(found.map(({ invocations }) => invocations)).toEqual([2, 1]);
    }, SOON);
  });

  test('takes an alias back that somebody has moved', async () => {
    await lambda.send(
      new UpdateAliasCommand({ FunctionName: 'users-find', Name: 'live', FunctionVersion: '1' }),
    );
    expect(lines(await sync())).toEqual([
      'users/find 1.1.0 (was 1.1.0) is live: users-find, version 2',
      HTTP_LINE,
    ]);
    expect(await invoke('users-find')).toEqual({ answer: '1.1.0' });
  });

  test('gives its messages to a handler, from a queue and a topic', async () => {
    const sqs = new SQSClient(settings);
    const state: { mqtt: string } = JSON.parse(await (await fetch(`${platform.endpoint}/_llx/state`)).text());
    const mqtt = await connectAsync(state.mqtt);
    try {
      await sqs.send(
        new SendMessageCommand({ QueueUrl: `${platform.endpoint}/000000000000/orders`, MessageBody: 'o-1' }),
      );
      await mqtt.publishAsync('users/8/find', '{"id":8}', { qos: 1 });
      const logs = () => platform.run((surroundings) => runLogs('users-find', { since: 0 }, surroundings));
      await vi.waitFor(async () => {
        const { stdout } = await logs();
        expect(stdout).toContain('"body":"o-1"');
        expect(stdout).toContain('{"id":8,"topic":"users/8/find"}');
      }, SOON);
    } finally {
      await mqtt.endAsync();
      sqs.destroy();
    }
  });

  test('refuses two packages that claim the same, names them, and what runs goes on', async () => {
    const route = { http: [{ method: 'GET', path: '/people/{name}' }] };
    await writePackage('other', { control: 'people/find', version: '1.0.0', triggers: route });
    const refused = await sync();
    expect(refused.code).toBe(1);
    expect(lines(refused)).toEqual([
      'people/find (other) is refused: users claims the route GET /people/{}, too',
      'users/find (users) is refused: other claims the route GET /people/{}, too',
      HTTP_LINE,
    ]);
    await writePackage('other', { control: 'users/find', version: '3.0.0' });
    expect(lines(await sync()).slice(0, 2)).toEqual([
      'users/find (other) is refused: users claims the control path users/find, too',
      'users/find (users) is refused: other claims the control path users/find, too',
    ]);
    expect(await get('/people/7')).toEqual({ status: 200, body: '{"answer":"1.1.0"}' });
    await rm(join(store, 'other'), { recursive: true });
  });

  test('refuses files that do not fit their checksum, and metadata with every problem of it', async () => {
    await writePackage('other', { control: 'people/find', version: '1.0.0', sha256: '0'.repeat(64) });
    expect(lines(await sync())[0]).toMatch(
      /^people\/find \(other\) is refused: llx\.package\.json\.sha256: expected 0{64}, found files of [0-9a-f]{64}$/,
    );
    await writePackage('other', {
      control: '../etc',
      version: '',
      timeout: 0,
      triggers: { topics: ['a/#/b'] },
    });
    const [line = ''] = lines(await sync());
    for (const path of ['control', 'version', 'timeout', 'triggers.topics[0]']) {
      expect(line).toContain(`llx.package.json.${path}: expected`);
    }
    await rm(join(store, 'other'), { recursive: true });
  });

  test('that has gone, or is empty, removes nothing', async () => {
    await rename(store, `${store}-away`);
    await expect(sync()).rejects.toMatchObject({ code: 'LLX_STORE_UNREADABLE' });
    await mkdir(store);
    await expect(sync()).rejects.toMatchObject({ code: 'LLX_STORE_UNREADABLE' });
    expect(await invoke('users-find')).toEqual({ answer: '1.1.0' });
    await rm(store, { recursive: true });
    await rename(`${store}-away`, store);
  });

  test('removes a handler that has no package any more, with its triggers, unless it is not to', async () => {
    await writePackage('other', { control: 'people/find', version: '1.0.0' });
    await rm(join(store, 'users'), { recursive: true });
    expect(lines(await sync({ prune: false }))).toEqual([
      'people/find 1.0.0 is live: people-find, version 1',
      HTTP_LINE,
    ]);
    expect(await get('/people/7')).toMatchObject({ status: 200 });
    expect(lines(await sync())).toEqual(['users/find 1.1.0 is removed', HTTP_LINE]);
    expect((await get('/people/7')).status).toBe(404);
    await expect(invoke('users-find')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('goes on with the version before where the triggers of a new one cannot be made', async () => {
    // The queue shows its messages again after 30 seconds, and Lambda takes none that does so within the timeout.
    await writePackage('other', {
      control: 'people/find',
      version: '1.1.0',
      timeout: 900,
      triggers: { queues: ['orders'] },
    });
    const failed = await sync();
    expect(failed.code).toBe(1);
    expect(lines(failed)[0]).toMatch(/^people\/find failed, and is tried again: .*[Vv]isibility/);
    expect(await invoke('people-find')).toEqual({ answer: '1.0.0' });
    await writePackage('other', {
      control: 'people/find',
      version: '1.1.0',
      triggers: { queues: ['orders'] },
    });
    expect(lines(await sync())[0]).toMatch(/^people\/find 1\.1\.0 \(was 1\.0\.0\) is live/);
    expect(await invoke('people-find')).toEqual({ answer: '1.1.0' });
  });

  test('moves a route from one handler to another', async () => {
    const route = { http: [{ method: 'GET', path: '/moved' }] };
    await writePackage('other', { control: 'people/find', version: '1.2.0', triggers: route });
    await sync();
    await writePackage('other', { control: 'people/find', version: '1.3.0' });
    await writePackage('third', { control: 'a/third', version: 'three', triggers: route });
    expect(lines(await sync()).slice(0, 2)).toEqual([
      'a/third three is live: a-third, version 1',
      expect.stringMatching(/^people\/find 1\.3\.0 \(was 1\.2\.0\) is live/),
    ]);
    expect(await get('/moved')).toEqual({ status: 200, body: '{"answer":"three"}' });
    expect(lines(await sync())).toEqual([HTTP_LINE]);
  });

  test('has an audit trail of everything that was done to it', async () => {
    const trail = await readFile(join(store, '..', 'audit', 'shop.jsonl'), 'utf8');
    const entries = trail
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(entries.map(({ event, control, place, version }) => [event, control ?? place, version])).toEqual([
      ['deployed', 'users/find', '1.0.0'],
      ['replaced', 'users/find', '1.1.0'],
      ['replaced', 'users/find', '1.1.0'],
      ['refused', 'people/find', undefined],
      ['refused', 'users/find', undefined],
      ['refused', 'users/find', undefined],
      ['refused', 'users/find', undefined],
      ['refused', 'people/find', undefined],
      ['refused', 'other', undefined],
      ['deployed', 'people/find', '1.0.0'],
      ['removed', 'users/find', undefined],
      ['failed', 'people/find', undefined],
      ['replaced', 'people/find', '1.1.0'],
      ['replaced', 'people/find', '1.2.0'],
      ['deployed', 'a/third', 'three'],
      ['replaced', 'people/find', '1.3.0'],
    ]);
    for (const { target, at } of entries) {
      expect(target).toBe(platform.endpoint);
      expect(new Date(at).toISOString()).toBe(at);
    }
  });
});

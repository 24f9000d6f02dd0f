import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startStandInS3 } from '../../src/cli/sync/s3-store.test-support.ts';
import { DEVELOPMENT_KEY } from '../../src/signature/development-key.ts';
import { bin, type LlxProcess, lambdaClient, runLlx, startLlx } from '../support/llx-process.ts';

const root = dirname(dirname(bin));
const example = join(root, 'examples', 'handlers');
/** For what has to come; a machine may be slow. */
const SOON = { timeout: 60_000, interval: 100 };

let directory: string;
let emulator: LlxProcess;
let sync: LlxProcess;
let shell: Readonly<Record<string, string>>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-sync-'));
  await promisify(execFile)(process.execPath, [join(example, 'build.ts'), join(directory, 'packages')]);
  const ports = ['--port', '0', '--mqtt-port', '0', '--wss-port', '0', '--mtls-port', '0'];
  emulator = await startLlx(['emulator', ...ports], { cwd: directory });
  shell = {
    AWS_ENDPOINT_URL: emulator.ready.endpoint,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
  sync = await startLlx(['sync', 'packages', '--every', '1s', '--name', 'shop'], {
    cwd: directory,
    env: shell,
  });
}, 60_000);
afterAll(async () => {
  await sync?.stop();
  await emulator?.stop();
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

/** Node.js leaves names below localhost to a resolver, which need not know them. */
async function call(
  method: string,
  path: string,
  body?: string,
): Promise<{ status: number | undefined; body: string }> {
  const { port } = new URL(emulator.ready.endpoint);
  const headers = { host: `llx-sync-shop.execute-api.localhost:${port}`, 'content-type': 'application/json' };
  return await new Promise((resolve, reject) => {
    request(`${emulator.ready.endpoint}${path}`, { method, headers }, (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode, body: answer }), reject);
    })
      .once('error', reject)
      .end(body);
  });
}

describe('the example of handlers', () => {
  test('is live by HTTP, and OK and FAIL are what HTTP says', { timeout: 90_000 }, async () => {
    for (const control of ['users/find', 'orders/take']) {
      await sync.line((line) => line.type === 'deployed' && line.control === control);
    }
    await sync.line(({ type }) => type === 'http');
    expect(await call('GET', '/users/1')).toEqual({ status: 200, body: '{"id":"1","name":"Ada"}' });
    expect(await call('GET', '/users/9')).toEqual({
      status: 404,
      body: '{"message":"no user 9","type":"UserUnknown"}',
    });
    expect(await call('POST', '/orders', '{"id":"o-1","total":12}')).toEqual({
      status: 201,
      body: '{"taken":"o-1"}',
    });
  });

  test('takes messages of its queue, and fails with its type for who calls it', {
    timeout: 90_000,
  }, async () => {
    const { endpoint } = emulator.ready;
    const sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials: DEVELOPMENT_KEY });
    const lambda = lambdaClient(endpoint);
    try {
      const QueueUrl = `${endpoint}/000000000000/orders`;
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"id":"o-2","total":3}' }));
      await vi.waitFor(async () => {
        const { stdout } = await runLlx(['logs', 'orders-take'], { cwd: directory, env: shell });
        expect(stdout).toContain('taken from queue o-2 3');
      }, SOON);
      const Payload = JSON.stringify({ id: '9' });
      const answer = await lambda.send(new InvokeCommand({ FunctionName: 'users-find:live', Payload }));
      expect(answer.FunctionError).toBe('Unhandled');
      expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toMatchObject({
        errorType: 'UserUnknown',
        errorMessage: 'no user 9',
      });
    } finally {
      sqs.destroy();
      lambda.destroy();
    }
  });

  test('is replaced when a package changes, and by no half of one', { timeout: 90_000 }, async () => {
    const file = join(directory, 'packages', 'users-find', 'llx.package.json');
    const written: object = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...written, version: '1.1.0', sha256: 'f'.repeat(64) }));
    await sync.line(({ type, place }) => type === 'refused' && place === 'users-find');
    expect(await call('GET', '/users/2')).toMatchObject({ status: 200 });
    await writeFile(file, JSON.stringify({ ...written, version: '1.1.0' }));
    expect(await sync.line((line) => line.type === 'deployed' && line.version === '1.1.0')).toMatchObject({
      control: 'users/find',
      previousVersion: '1.0.0',
    });
  });

  test('goes on while its store is away, which is told once', { timeout: 90_000 }, async () => {
    const lost = sync.next(({ type }) => type === 'lost');
    await rename(join(directory, 'packages'), join(directory, 'away'));
    expect(await lost).toMatchObject({ code: 'LLX_STORE_UNREADABLE' });
    expect(await call('GET', '/users/1')).toMatchObject({ status: 200 });
    const back = sync.next(({ type }) => type === 'back');
    await rename(join(directory, 'away'), join(directory, 'packages'));
    await back;
    expect(sync.lines.filter(({ type }) => type === 'removed')).toEqual([]);
  });

  test('ends with Ctrl-C as it should, and its audit says what ran', { timeout: 90_000 }, async () => {
    sync.child.kill('SIGINT');
    expect(await sync.exit).toEqual({ code: 0, signal: null });
    const { stdout, code } = await runLlx(
      ['sync', 'audit', 'packages', 'users/find', '--name', 'shop', '--json'],
      {
        cwd: directory,
        env: shell,
      },
    );
    expect(code).toBe(0);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ version }) => version)).toEqual(['1.0.0', '1.1.0']);
    expect(rows.map(({ invocations }) => invocations)).toEqual([expect.any(Number), expect.any(Number)]);
  });
});

test('a store in S3 is read with credentials from where every AWS tool has them', {
  timeout: 90_000,
}, async () => {
  const s3 = await startStandInS3('handlers');
  try {
    for (const file of ['index.mjs', 'llx.package.json']) {
      s3.objects.set(`live/users/${file}`, await readFile(join(directory, 'packages', 'orders-take', file)));
    }
    const args = [
      'sync',
      's3://handlers/live',
      '--store-endpoint',
      s3.endpoint,
      '--name',
      'bucket',
      '--once',
      '--dry-run',
    ];
    const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'us-east-1' };
    const printed = await runLlx(args, { cwd: directory, env: { ...shell, ...keys } });
    // The function is there, and it is another source's.
    expect(printed).toMatchObject({
      code: 1,
      stdout: 'orders/take (users) is refused: the function orders-take is there and is not of this source\n',
    });
  } finally {
    await s3.close();
  }
});

test('llx/handler is there for both kinds of modules, and brings nothing along', async () => {
  const required: unknown = createRequire(import.meta.url)(join(root, 'dist', 'handler', 'index.cjs'));
  const imported: unknown = await import(pathToFileURL(join(root, 'dist', 'handler', 'index.mjs')).href);
  for (const module of [required, imported]) {
    expect(module).toMatchObject({ OK: 'OK', FAIL: 'FAIL', handle: expect.any(Function) });
  }
  const bundle = await readFile(join(root, 'dist', 'handler', 'index.mjs'), 'utf8');
  expect(bundle).not.toMatch(/^import |require\(/m);
});

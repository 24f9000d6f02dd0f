import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import {
  AddPermissionCommand,
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEVELOPMENT_KEY } from '../../../src/signature/development-key.ts';
import { NODE_FUNCTION, zipOf } from '../../support/deployed-code.ts';
import { bin, type LlxProcess, startLlx } from '../../support/llx-process.ts';

/** Says which client it sees; waits for a file where it is told so. */
const CODE = `
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
export const handler = async (event) => {
  const { started, until } = event.Records ? JSON.parse(event.Records[0].body) : event;
  if (started) console.log('waiting');
  while (until && !existsSync(until)) await setTimeout(10);
  return { statusCode: 200, body: event.requestContext?.http?.sourceIp ?? 'invoked' };
};`;

const SERVER = ['--host', '0.0.0.0', '--domain', 'example.org', '--trusted-proxy', '127.0.0.1'];

type Key = { readonly id: string; readonly secretAccessKey: string };

let directory: string;
let env: NodeJS.ProcessEnv;
let llx: LlxProcess;
let port: number;
let admin: Key;

/** Runs a command to its end. */
async function run(
  ...args: readonly string[]
): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [bin, ...args], { cwd: directory, env: { ...process.env, ...env } });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, stdout, stderr };
}

async function createKey(name: string, ...flags: readonly string[]): Promise<Key> {
  const { stdout } = await run('keys', 'create', name, '--json', ...flags);
  return JSON.parse(stdout) as Key;
}

const settings = ({ id, secretAccessKey }: Key) => ({
  endpoint: `http://127.0.0.1:${port}`,
  region: 'us-east-1',
  credentials: { accessKeyId: id, secretAccessKey },
  maxAttempts: 1,
});

const client = (key: Key): LambdaClient => new LambdaClient(settings(key));

/** Each message is an invocation of `other` that waits; two are taken at once. */
async function sendToOther(body: string, times: number): Promise<void> {
  const queues = new SQSClient(settings(admin));
  const Attributes = { VisibilityTimeout: '60' };
  const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: 'jobs', Attributes }));
  for (let n = 0; n < times; n += 1) {
    await queues.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
  }
  await client(admin).send(
    new CreateEventSourceMappingCommand({
      EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:jobs',
      FunctionName: 'other',
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 2 },
    }),
  );
}

const errorName = (called: Promise<unknown>): Promise<string> =>
  called.then(
    () => 'allowed',
    (error: Error) => error.name,
  );

/** As a reverse proxy asks: by a name that is not an address. */
async function get(path: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const [response] = await once(
    request({ host: '127.0.0.1', port, path, headers, agent: false }).end(),
    'response',
  );
  return response as IncomingMessage;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-server-'));
  env = { LLX_MASTER_KEY_FILE: join(directory, 'master.key') };
});

afterAll(async () => {
  await llx?.stop();
  await rm(directory, { recursive: true, maxRetries: 5 });
});

test('an emulator that others can reach does not start while nobody has a key, and says how to make one and of TLS', async () => {
  const { code, stderr } = await run('emulator', ...SERVER, '--port', '0', '--mqtt-port', '0');
  expect(code).toBe(2);
  expect(stderr).toContain('LLX_KEYS_NEEDED');
  expect(stderr).toContain('llx keys create NAME');
  expect(stderr).toContain('caddy reverse-proxy --from example.org --to 127.0.0.1:4566');
  expect(await readdir(directory)).toEqual([]);
});

test('with a key it starts, takes that key and no other, and is ready', async () => {
  admin = await createKey('admin');
  llx = await startLlx(['emulator', ...SERVER, '--port', '0', '--mqtt-port', '0', '--max-body', '300k'], {
    cwd: directory,
    env,
  });
  port = Number(new URL(llx.ready.endpoint).port);
  const health = await get('/_llx/health', { host: '192.0.2.4' });
  const ready = await get('/_llx/ready', { host: 'example.org' });
  expect([health.statusCode, await json(health), ready.statusCode, await json(ready)]).toEqual([
    200,
    { status: 'ok' },
    200,
    { status: 'ready' },
  ]);
  const ZipFile = await zipOf({ 'index.mjs': CODE });
  for (const FunctionName of ['greet', 'other']) {
    await client(admin).send(
      new CreateFunctionCommand({ ...NODE_FUNCTION, FunctionName, Timeout: 60, Code: { ZipFile } }),
    );
  }
  const development = { id: DEVELOPMENT_KEY.accessKeyId, secretAccessKey: DEVELOPMENT_KEY.secretAccessKey };
  const invoke = () => new InvokeCommand({ FunctionName: 'greet' });
  expect(await errorName(client(development).send(invoke()))).toBe('UnrecognizedClientException');
  expect((await get('/2015-03-31/functions/', { host: 'example.org' })).resume().statusCode).toBe(403);
});

test('a key opens what its scope says, at once, and nothing once it is revoked', async () => {
  const ci = await createKey('ci', '--scope', 'invoke@greet');
  const invoke = (FunctionName: string) => client(ci).send(new InvokeCommand({ FunctionName }));
  expect(await errorName(invoke('greet'))).toBe('allowed');
  expect(await errorName(invoke('other'))).toBe('AccessDeniedException');
  expect((await run('keys', 'revoke', 'ci')).stdout).toBe(`revoked ${ci.id}\n`);
  expect(await errorName(invoke('greet'))).toBe('UnrecognizedClientException');
  expect(await errorName(client(admin).send(new InvokeCommand({ FunctionName: 'greet' })))).toBe('allowed');
});

test('a function has its name below the domain, and sees the client that a trusted proxy names', async () => {
  const headers = { host: 'greet.example.org', 'x-forwarded-for': '192.0.2.66, 198.51.100.1' };
  const before = await get('/', headers);
  expect([before.statusCode, await json(before)]).toEqual([
    403,
    { Message: 'This function has no URL: CreateFunctionUrlConfig makes one that other machines may call.' },
  ]);
  const { FunctionUrl } = await client(admin).send(
    new CreateFunctionUrlConfigCommand({ FunctionName: 'greet', AuthType: 'NONE' }),
  );
  expect(FunctionUrl).toMatch(/^https:\/\/\w+\.lambda-url\.us-east-1\.example\.org\/$/);
  for (const [StatementId, Action, FunctionUrlAuthType] of [
    ['url', 'lambda:InvokeFunctionUrl', 'NONE'],
    ['invoke', 'lambda:InvokeFunction', undefined],
  ] as const) {
    await client(admin).send(
      new AddPermissionCommand({
        FunctionName: 'greet',
        StatementId,
        Action,
        Principal: '*',
        ...(FunctionUrlAuthType === undefined ? { InvokedViaFunctionUrl: true } : { FunctionUrlAuthType }),
      }),
    );
  }
  const after = await get('/', headers);
  expect([after.statusCode, await text(after)]).toEqual([200, '198.51.100.1']);
  expect((await get('/', { host: 'greet.evil.example' })).resume().statusCode).toBe(403);
});

test('who has no key is told neither names nor metrics, and no body is larger than the server takes', async () => {
  const state = await json(await get('/_llx/state', { host: 'example.org' }));
  expect(state).toMatchObject({ access: 'closed', domain: 'example.org', functions: [] });
  const forwarded = { host: '127.0.0.1', 'x-forwarded-for': '198.51.100.1' };
  expect((await get('/metrics', forwarded)).resume().statusCode).toBe(403);
  expect((await get('/metrics', { host: '127.0.0.1' })).resume().statusCode).toBe(200);
  const Payload = Buffer.from(JSON.stringify('a'.repeat(300_000)));
  const invoked = client(admin).send(new InvokeCommand({ FunctionName: 'greet', Payload }));
  expect(await errorName(invoked)).toBe('RequestTooLargeException');
});

test('no directory of the server is taken for code: it is not the caller’s', async () => {
  const Code = { S3Bucket: '__local__', S3Key: '/etc' };
  const created = client(admin).send(
    new CreateFunctionCommand({ ...NODE_FUNCTION, FunctionName: 'etc', Code }),
  );
  await expect(created).rejects.toThrow(
    'This server takes code as ZipFile: others than this machine can reach it.',
  );
});

test('at SIGTERM it answers what has come, takes nothing more from queues, is not ready any more, and ends', async () => {
  const until = join(directory, 'go');
  const taken = () =>
    llx.lines.filter(({ phase, function: name }) => phase === 'offered' && name === 'other').length;
  const before = taken();
  const both = llx.next(() => taken() === before + 2);
  await sendToOther(JSON.stringify({ until }), 4);
  await both;
  const Payload = Buffer.from(JSON.stringify({ started: true, until }));
  const started = llx.next(({ type, phase }) => type === 'invocation' && phase === 'offered');
  const running = client(admin).send(new InvokeCommand({ FunctionName: 'greet', Payload }));
  await started;
  llx.child.kill('SIGTERM');
  // Until it takes no connections; an answer before that says whether it is ready.
  const statuses = new Set<unknown>();
  while (!statuses.has('refused')) {
    const asked = get('/_llx/ready', { host: 'example.org' });
    statuses.add(await asked.then((answer) => answer.resume().statusCode).catch(() => 'refused'));
  }
  expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual(['refused']);
  await writeFile(until, '');
  const { Payload: answer } = await running;
  expect(JSON.parse(Buffer.from(answer ?? []).toString())).toEqual({ statusCode: 200, body: 'invoked' });
  expect(await llx.exit).toEqual({ code: 130, signal: null });
  expect(taken() - before).toBe(2);
  const ended = llx.lines.filter(({ phase, function: name }) => phase === 'succeeded' && name === 'other');
  expect(ended.length).toBeGreaterThanOrEqual(2);
});

test('no secret is in the state of the server', async () => {
  const keys = join(directory, '.llx', 'emulator', 'keys');
  const files = (await readdir(keys)).filter((name) => name.endsWith('.json'));
  expect(files).toEqual([`${admin.id}.json`]);
  expect(await readFile(join(keys, `${admin.id}.json`), 'utf8')).not.toContain(admin.secretAccessKey);
});

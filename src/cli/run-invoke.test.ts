import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { startEmulator } from '../emulator/emulator.ts';
import type { PolicyDocument } from '../emulator/identity/policy-document.ts';
import type { InvocationResult, Runtime } from '../runtime/invocation.ts';
import { type InvokeFlags, runInvoke } from './run-invoke.ts';

const ALL: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

const ORDERS = {
  name: 'orders',
  arn: 'arn:aws:lambda:eu-west-1:000000000000:function:orders',
  root: '/',
  code: 'package',
  handler: 'index.handler',
  runtime: 'nodejs24.x',
  timeoutMs: 3000,
  memoryMb: 128,
  environment: {},
} as const;

const ECHO = {
  async invoke(_spec: unknown, { event }: { readonly event: Uint8Array }): Promise<InvocationResult> {
    return { status: 'succeeded', payload: event, streamed: false, durationMs: 1, coldStart: false };
  },
  close: () => Promise.resolve(),
} as Runtime;

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** What `llx invoke orders` does with this answer of Lambda's API. */
async function invoke(
  answer: { readonly status?: number; readonly headers?: Record<string, string>; readonly body: string },
  flags: Partial<InvokeFlags> = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  server = createServer((_request, response) => {
    response
      .writeHead(answer.status ?? 200, { 'x-amzn-requestid': 'r-1', ...answer.headers })
      .end(answer.body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const printed = { stdout: '', stderr: '' };
  const into = (stream: keyof typeof printed) => ({
    write: (text: string) => {
      printed[stream] += text;
    },
  });
  const streams = { stdout: into('stdout'), stderr: into('stderr') };
  const code = await runInvoke('orders', { endpoint, data: '{}', ...flags }, streams);
  return { code, ...printed };
}

test('an answer that is not JSON is a string with --json', async () => {
  const { code, stdout } = await invoke({ body: 'plain "text"\n' }, { json: true });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ statusCode: 200, requestId: 'r-1', payload: 'plain "text"\n' });
});

test('a function error is printed whole, and the exit code tells it', async () => {
  const headers = { 'x-amz-function-error': 'Unhandled', 'x-amz-executed-version': '$LATEST' };
  const { code, stdout } = await invoke({ headers, body: '{"errorType":"E"}' }, { json: true });
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    statusCode: 200,
    requestId: 'r-1',
    executedVersion: '$LATEST',
    functionError: 'Unhandled',
    payload: { errorType: 'E' },
  });
});

test('an emulator of another region, which knows its users, is asked with the keys of --profile', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'llx-invoke-'));
  const file = join(directory, 'credentials');
  await writeFile(file, '[team]\naws_access_key_id = AKIATEAM\naws_secret_access_key = secret\n');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
  vi.stubEnv('AWS_CONFIG_FILE', join(directory, 'none'));
  const emulator = await startEmulator({
    host: '127.0.0.1',
    port: 0,
    mqttPort: 0,
    region: 'eu-west-1',
    account: '000000000000',
    iam: { users: { team: { accessKeys: [{ id: 'AKIATEAM', secret: 'secret' }], policies: [ALL] } } },
    functions: [ORDERS],
    runtime: ECHO,
    stubFile: '',
    stubHostFile: '',
    stubs: 'none',
    onNotice: () => undefined,
    onDrop: () => undefined,
  });
  try {
    const printed: string[] = [];
    const stream = { write: (text: string) => void printed.push(text) };
    const flags = { endpoint: emulator.endpoint, data: '{"n":1}', profile: 'team' };
    expect(await runInvoke('orders', flags, { stdout: stream, stderr: stream })).toBe(0);
    expect(printed.join('')).toBe('{"n":1}\n');
  } finally {
    await emulator.close();
    vi.unstubAllEnvs();
    await rm(directory, { recursive: true });
  }
});

test('a function that is not there is told with its qualifier', async () => {
  const headers = { 'x-amzn-errortype': 'ResourceNotFoundException' };
  await expect(invoke({ status: 404, headers, body: '{}' }, { qualifier: '99' })).rejects.toMatchObject({
    code: 'LLX_FUNCTION_UNKNOWN',
    message: expect.stringContaining('a function named orders:99 at http'),
  });
});

test('without --json the answer goes to stdout and the log to stderr', async () => {
  const headers = { 'x-amz-log-result': Buffer.from('START\n').toString('base64') };
  expect(await invoke({ headers, body: '{"n":1}' })).toEqual({
    code: 0,
    stdout: '{"n":1}\n',
    stderr: 'START\n',
  });
});

test('an unknown function is told apart from an emulator that is not there', async () => {
  const headers = { 'x-amzn-errortype': 'ResourceNotFoundException' };
  await expect(invoke({ status: 404, headers, body: '{}' })).rejects.toMatchObject({
    code: 'LLX_FUNCTION_UNKNOWN',
  });
  await expect(runInvoke('orders', { endpoint: 'http://127.0.0.1:1', data: '{}' })).rejects.toMatchObject({
    code: 'LLX_UNREACHABLE',
  });
});

test('a refusal names the function as a policy does', async () => {
  const headers = { 'x-amzn-errortype': 'AccessDeniedException' };
  await expect(invoke({ status: 403, headers, body: '{}' })).rejects.toMatchObject({
    code: 'LLX_AWS_DENIED',
    mend: expect.stringContaining('"Resource":"arn:aws:lambda:*:*:function:orders"'),
  });
});

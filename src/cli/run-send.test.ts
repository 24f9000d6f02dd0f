import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { STATE_PATH } from '../emulator/http/state-route.ts';
import { packagePaths } from './package-paths.ts';
import { runSend, type SendFlags } from './run-send.ts';

const FIXTURES: Readonly<Record<string, unknown>> = {
  'hello/ada': { name: 'Ada' },
  'hello/context': { event: {}, clientContext: { custom: { a: 1 } } },
  'expecting/answer': { function: 'orders', event: 1, expect: { answer: { id: { $any: 'uuid' } } } },
  'expecting/error': { function: 'orders', event: 'fail', expect: { error: { errorType: 'Refused' } } },
  'expecting/clock': { function: 'orders', event: 2, clock: '2026-01-31', expect: { answer: 'of that day' } },
  'wrong/key': { event: 1, expect: { answr: 1 } },
  'wrong/function': { function: 'gone', event: 1 },
};

let project: string;
let server: Server;
let endpoint: string;
let answer: (event: unknown) => { readonly body: unknown; readonly error?: boolean };
let asked: unknown[];

const listener: RequestListener = async (request, response) => {
  if (request.url === STATE_PATH) {
    const functions = ['hello', 'orders'].map((name) => ({ name, arn: `arn:${name}` }));
    const state = {
      endpoint,
      mqtt: 'mqtt://x',
      account: '0',
      region: 'us-east-1',
      access: 'open',
      functions,
    };
    response.end(JSON.stringify(state));
    return;
  }
  const event = await json(request);
  const [, functionName] = /functions\/([^/]+)\//.exec(request.url ?? '') ?? [];
  const context = request.headers['x-amz-client-context'];
  asked.push([functionName, event, ...(context === undefined ? [] : [context])]);
  const { body, error } = answer(event);
  response
    .writeHead(200, error === true ? { 'x-amz-function-error': 'Unhandled' } : {})
    .end(JSON.stringify(body));
};

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'llx-send-'));
  const functions = { hello: { handler: 'a.handler' }, orders: { handler: 'a.handler' } };
  await writeFile(join(project, 'llx.config.json'), JSON.stringify({ functions }));
  for (const [name, content] of Object.entries(FIXTURES)) {
    const file = join(project, 'fixtures/events', `${name}.json`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(content));
  }
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(project, { recursive: true });
});

beforeEach(() => {
  asked = [];
  answer = () => ({ body: {} });
});

async function send(patterns: readonly string[], flags: Partial<SendFlags> = {}, terminal = false) {
  const printed = { stdout: '', stderr: '' };
  const into = (stream: keyof typeof printed) => ({
    isTTY: terminal,
    write: (text: string) => {
      printed[stream] += text;
    },
  });
  const code = await runSend(
    patterns,
    { concurrency: 1, repeat: 1, endpoint, ...flags },
    { directory: project, stdout: into('stdout'), stderr: into('stderr'), env: { NO_COLOR: '1' } },
  );
  return { code, ...printed };
}

/** Without the times, which no test knows. */
const timeless = (text: string) => text.replace(/[\d.]+ (ms|s)\b/g, '… ms').replace(/\(\d+\/s\)/, '(…/s)');

test('a folder is sent to its function, with client contexts', async () => {
  const { code, stdout } = await send(['hello']);
  expect(asked).toEqual([
    ['hello', { name: 'Ada' }],
    ['hello', {}, Buffer.from('{"custom":{"a":1}}').toString('base64')],
  ]);
  expect([code, timeless(stdout)]).toEqual([0, '2 sent in … ms (…/s): 2 as expected\np50 … ms · p95 … ms\n']);
});

test('all are sent as often as is said, to another function where one is named', async () => {
  const { code } = await send(['hello/*'], { repeat: 3, concurrency: 2, function: 'orders', rate: 10_000 });
  expect(code).toBe(0);
  expect(asked).toHaveLength(6);
  expect(new Set(asked.map((one) => (Array.isArray(one) ? one[0] : undefined)))).toEqual(new Set(['orders']));
});

test('answers and errors are those that are expected, but for a clock that only smoke can fix', async () => {
  answer = (event) =>
    event === 'fail'
      ? { error: true, body: { errorType: 'Refused', errorMessage: 'no' } }
      : { body: { id: '0b8e0d5e-0e5e-4b5e-9b5e-0b8e0d5e0e5e' } };
  expect(timeless((await send(['expecting'])).stdout)).toBe(
    '3 sent in … ms (…/s): 3 as expected\np50 … ms · p95 … ms\n',
  );
});

test('what is not as expected is a failure, told once however often it is sent', async () => {
  answer = (event) => (event === 2 ? { error: true, body: { errorType: 'Odd' } } : { body: { id: 7 } });
  const { code, stdout } = await send(['expecting'], { repeat: 2 });
  expect([code, timeless(stdout)]).toEqual([
    1,
    [
      'expecting/answer → orders: answer.id: expected a uuid, found 7. (2 times)',
      'expecting/clock → orders: the function failed: {"errorType":"Odd"} (2 times)',
      'expecting/error → orders: error: expected {"errorType":"Refused"}, found none. (2 times)',
      '6 sent in … ms (…/s): 0 as expected, 6 failed',
      'p50 … ms · p95 … ms',
      '',
    ].join('\n'),
  ]);
});

test('a fixture that is wrong, or for no function, is never a green run', async () => {
  const { code, stdout } = await send(['wrong', 'hello/ada']);
  expect(code).toBe(1);
  expect(stdout).toContain('wrong/key: Expected a fixture in');
  expect(stdout).toContain('Did you mean answer?');
  expect(stdout).toContain('wrong/function: Expected a function that "gone" fits, found none.');
  expect(stdout).toContain(': 1 as expected, 2 not sent\n');
});

test('a pattern that nothing fits ends before anything is sent', async () => {
  await expect(send(['hello', 'nothing'])).rejects.toMatchObject({ code: 'LLX_FIXTURE_UNKNOWN' });
  expect(asked).toEqual([]);
});

test('events that ship can be sent, too', async () => {
  expect((await send(['sqs/standard'], { function: 'orders' })).code).toBe(0);
  const shipped = await readFile(join(packagePaths.fixtures, 'sqs/standard.json'), 'utf8');
  expect(asked).toEqual([['orders', JSON.parse(shipped)]]);
});

test('--json has a line for each, and a summary', async () => {
  answer = () => ({ error: true, body: {} });
  const { code, stdout } = await send(['hello/ada'], { json: true });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(code).toBe(1);
  const ms = expect.any(Number);
  expect(lines).toEqual([
    {
      type: 'sent',
      fixture: 'hello/ada',
      function: 'hello',
      durationMs: ms,
      problem: 'the function failed: {}',
    },
    { type: 'summary', sent: 1, notSent: 0, failed: 1, durationMs: ms, perSecond: ms, p50Ms: ms, p95Ms: ms },
  ]);
});

test('a terminal shows a count that goes when all is sent', async () => {
  const { stderr } = await send(['hello/ada'], {}, true);
  expect(stderr).toBe('\r\u001b[K1/1 sent\r\u001b[K');
});

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type LlxProcess, startLlx } from '../support/llx-process.ts';

const FILES = {
  'llx.config.ts': `export default {
    functions: {
      greet: { handler: 'src/greet.handler' },
      orders: { handler: 'src/orders.handler' },
      chat: { handler: 'src/chat.handler', timeout: 60 },
    },
    apis: {
      shop: { cors: { allowOrigins: ['http://*'] }, routes: { 'GET /orders/{id}': 'orders' } },
      old: { type: 'rest', routes: { 'ANY /{proxy+}': 'orders' } },
      chat: { type: 'websocket', routes: { $connect: 'chat', $default: { function: 'chat', answers: true } } },
    },
  };`,
  // A page that shows what an API of another host answers.
  'src/greet.ts': `export const handler = async (event: { headers: Record<string, string> }) => {
    const port = event.headers.host.split(':')[1];
    const body = \`<p>here</p><script>
      const request = new XMLHttpRequest();
      request.open('GET', 'http://shop.execute-api.localhost:\${port}/orders/7', false);
      request.send();
      document.body.append(request.responseText);
    </script>\`;
    return { statusCode: 200, headers: { 'content-type': 'text/html' }, body };
  };`,
  'src/orders.ts': `export const handler = async (event: { pathParameters: Record<string, string> }) => ({
    statusCode: 200,
    body: 'first ' + Object.values(event.pathParameters).join(),
  });`,
  'src/chat.ts': `export const handler = async (event: { body?: string; queryStringParameters?: { stay?: string } }) => {
    if (event.queryStringParameters?.stay !== undefined) {
      console.log('stays');
      await new Promise(() => setInterval(() => undefined, 1_000));
    }
    return { statusCode: 200, body: 'heard ' + event.body };
  };`,
};

const run = promisify(execFile);
const START = ['--port', '0', '--mqtt-port', '0', '--ephemeral'];

/** Older ones ask the system's resolver: https://github.com/curl/curl/pull/9296 */
const CURL = await run('curl', ['--version']).then(
  ({ stdout }) => {
    const [, major, minor] = /^curl (\d+)\.(\d+)/.exec(stdout) ?? [];
    return Number(major) * 100 + Number(minor) >= 785;
  },
  () => false,
);
const CHROMIUM = await run('chromium', ['--version']).then(
  () => true,
  () => false,
);

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-apis-'));
  await mkdir(join(directory, 'src'));
  await Promise.all(Object.entries(FILES).map(([file, source]) => writeFile(join(directory, file), source)));
});

afterAll(() => rm(directory, { recursive: true, maxRetries: 5 }));

function portOf(llx: LlxProcess): string {
  return new URL(llx.ready.endpoint).port;
}

/** As a client that knows no names below localhost. */
async function get(llx: LlxProcess, host: string, path: string): Promise<string> {
  const port = portOf(llx);
  const call = request({ host: '127.0.0.1', port, path, headers: { host: `${host}:${port}` }, agent: false });
  const [answer] = await once(call.end(), 'response');
  return await text(answer);
}

/** Its messages, and its end when it has none. */
function webSocket(llx: LlxProcess, query = ''): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${portOf(llx)}/_aws/execute-api/chat/prod${query}`);
}

describe.each([
  ['llx dev --offline', ['dev', '--offline']],
  ['llx emulator', ['emulator']],
])('the APIs of a configuration under %s', (_, command) => {
  let llx: LlxProcess;

  beforeAll(async () => {
    llx = await startLlx([...command, ...START], { cwd: directory });
  });

  afterAll(() => llx.stop());

  test('are in the ready line, each with its address', () => {
    const port = portOf(llx);
    expect(llx.ready.apis).toEqual([
      { name: 'shop', protocol: 'http', url: `http://shop.execute-api.localhost:${port}` },
      { name: 'old', protocol: 'rest', url: `http://old.execute-api.localhost:${port}/prod` },
      { name: 'chat', protocol: 'websocket', url: `ws://chat.execute-api.localhost:${port}/prod` },
    ]);
  });

  test.skipIf(!CURL)(
    `answer curl at hosts of their own${CURL ? '' : ' (skipped: no curl 7.85)'}`,
    async () => {
      const port = portOf(llx);
      const { stdout } = await run('curl', ['-sS', `http://shop.execute-api.localhost:${port}/orders/7`]);
      expect(stdout).toBe('first 7');
      const { stdout: old } = await run('curl', ['-sS', `http://old.execute-api.localhost:${port}/prod/a/b`]);
      expect(old).toBe('first a/b');
    },
  );

  test('take WebSockets', async () => {
    const socket = webSocket(llx);
    await once(socket, 'open');
    socket.send('hello');
    expect(String((await once(socket, 'message'))[0])).toBe('heard hello');
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  });

  test.skipIf(!CHROMIUM)(
    `are at names that Chromium knows, as functions are${CHROMIUM ? '' : ' (skipped: no Chromium)'}`,
    async () => {
      const flags = [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        `--user-data-dir=${join(directory, `chromium-${portOf(llx)}`)}`,
      ];
      const page = `http://greet.localhost:${portOf(llx)}/`;
      const { stdout } = await run('chromium', [...flags, '--dump-dom', page]);
      expect(stdout).toContain('<p>here</p>');
      expect(stdout).toContain('first 7');
    },
    120_000,
  );
});

test('an API follows the code under llx dev --offline, and none of its connections holds up the end', async () => {
  const llx = await startLlx(['dev', '--offline', ...START], { cwd: directory });
  expect(await get(llx, 'shop.execute-api.localhost', '/orders/7')).toBe('first 7');
  const reloaded = llx.next(
    ({ type, phase, function: of }) => type === 'build' && phase === 'reloaded' && of === 'orders',
  );
  await writeFile(join(directory, 'src', 'orders.ts'), FILES['src/orders.ts'].replace('first', 'second'));
  await reloaded;
  expect(await get(llx, 'shop.execute-api.localhost', '/orders/7')).toBe('second 7');
  const open = webSocket(llx);
  await once(open, 'open');
  const waiting = webSocket(llx, '?stay=');
  // Of both when llx ends.
  for (const socket of [open, waiting]) socket.on('error', () => undefined);
  await llx.line(({ type, text: printed }) => type === 'log' && String(printed).includes('stays'));
  await llx.stop();
  expect([(await llx.exit).code, llx.stderr()]).toEqual([130, '']);
});

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSessionStore } from '../session/store.ts';
import { DEVELOPMENT_KEY } from '../signature/development-key.ts';
import type { Configuration } from './configuration.ts';
import { sendFixtures } from './send-fixtures.ts';

let root: string;
let server: Server;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'llx-fixtures-'));
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(root, { recursive: true });
});

/** Sends fixtures `1.json`, `2.json`… with these contents to a Lambda API that is `listener`. */
async function send(
  fixtures: readonly unknown[],
  listener: RequestListener,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ readonly answered: boolean; readonly notices: readonly string[] }> {
  for (const [index, fixture] of fixtures.entries()) {
    await writeFile(join(root, `${index + 1}.json`), JSON.stringify(fixture));
  }
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const store = createSessionStore();
  const configuration: Configuration = {
    file: join(root, 'llx.config.ts'),
    root,
    region: 'us-east-1',
    account: '000000000000',
    written: {},
    functions: [
      {
        name: 'orders',
        arn: 'arn',
        handler: 'orders.handler',
        runtime: 'nodejs24.x',
        timeoutMs: 3_000,
        memoryMb: 128,
        environment: {},
        root,
        code: 'source',
      },
    ],
    fixtureDirectory: root,
    lane: 'default',
  };
  const answered = await sendFixtures({
    configuration,
    endpoint,
    region: 'us-east-1',
    credentials: async () => DEVELOPMENT_KEY,
    store,
    signal,
  });
  return { answered, notices: store.getState().notices.map(({ level, text }) => `${level}: ${text}`) };
}

test('each fixture is sent once, in order, with its client context', async () => {
  const seen: unknown[] = [];
  const result = await send(
    [{ n: 1 }, { event: { n: 2 }, clientContext: { custom: { a: 'ä' } } }],
    async (request, response) => {
      const context = request.headers['x-amz-client-context'];
      seen.push({
        path: request.url,
        event: await json(request),
        context: typeof context === 'string' ? Buffer.from(context, 'base64').toString() : undefined,
      });
      response.end('{}');
    },
  );
  const path = '/2015-03-31/functions/orders/invocations';
  expect(seen).toEqual([
    { path, event: { n: 1 }, context: undefined },
    { path, event: { n: 2 }, context: '{"custom":{"a":"ä"}}' },
  ]);
  expect(result).toEqual({ answered: true, notices: ['info: 2 fixtures sent, 2 answered, 0 failed.'] });
});

test('a request that fails, an error of the API and one of the function are failures of their fixtures', async () => {
  let calls = 0;
  const result = await send([1, 2, 3, 4], (_request, response) => {
    calls += 1;
    if (calls === 1) response.destroy();
    else if (calls === 2) response.writeHead(413).end('too large');
    else if (calls === 3) response.writeHead(200, { 'x-amz-function-error': 'Unhandled' }).end('{"no":1}');
    else response.end('{}');
  });
  expect(result).toEqual({
    answered: false,
    notices: [
      'error: Fixture 1: socket hang up',
      'error: Fixture 2: 413 too large',
      'error: Fixture 3: the function failed: {"no":1}',
      'error: 4 fixtures sent, 1 answered, 3 failed.',
    ],
  });
});

test('an interrupt ends the sending with its reason', async () => {
  const controller = new AbortController();
  const reason = new Error('interrupted');
  let calls = 0;
  const sending = send(
    [1, 2],
    () => {
      calls += 1;
      controller.abort(reason);
    },
    controller.signal,
  );
  await expect(sending).rejects.toBe(reason);
  expect(calls).toBe(1);
});

test('no fixture is no success', async () => {
  expect(await send([], (_request, response) => response.end())).toEqual({
    answered: false,
    notices: [`error: There is no fixture in ${root}.`],
  });
});

import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { SessionEvent } from '../../session/event.ts';
import { createSessionStore } from '../../session/store.ts';
import {
  bytes,
  failed,
  getRequest,
  log,
  NOON,
  offered,
  served,
  succeeded,
} from '../../tui/testing/session-events.ts';
import { createPlainWriter } from './plain-writer.ts';

async function written(
  events: readonly SessionEvent[],
  options: { readonly verbose?: boolean; readonly colour?: boolean } = {},
): Promise<string> {
  const store = createSessionStore();
  const stdout = new PassThrough({ encoding: 'utf8' });
  const writer = createPlainWriter({
    store,
    stdout,
    verbose: false,
    colour: false,
    cwd: '/app',
    now: () => NOON,
    ...options,
  });
  for (const event of events) store.dispatch(event);
  await writer.close();
  store.dispatch({ type: 'notice', level: 'info', text: 'after close' });
  return stdout.read() ?? '';
}

const started = served('orders', 'resize-images');

test('the first lines say where the session is reached and what it serves', async () => {
  const stdout = new PassThrough({ encoding: 'utf8' });
  const writer = createPlainWriter({ store: createSessionStore(), stdout, verbose: false, colour: false });
  writer.ready({
    mode: 'live',
    endpoint: 'http://127.0.0.1:4566',
    mqtt: 'mqtt://127.0.0.1:1883',
    account: '123456789012',
    region: 'eu-west-1',
    identity: 'arn:aws:iam::123456789012:user/alice',
    functions: [
      { name: 'orders', arn: 'a' },
      { name: 'resize', arn: 'b' },
    ],
    apis: [{ name: 'shop', protocol: 'http', url: 'http://shop.execute-api.localhost:4566' }],
  });
  expect(stdout.read()).toBe(
    'llx  live  http://127.0.0.1:4566  mqtt://127.0.0.1:1883\n' +
      '     123456789012 eu-west-1 as arn:aws:iam::123456789012:user/alice\n' +
      '     orders, resize\n' +
      '     shop  http://shop.execute-api.localhost:4566\n',
  );
  await writer.close();
});

test('an invocation is one line when it ends, with its log lines under a line of its own before', async () => {
  const text = await written([
    ...started,
    offered('1'),
    succeeded('1'),
    offered('2'),
    log('2', 'one\n\u001b[2Jtwo'),
    { type: 'claimed', id: '2', at: NOON },
    log('2', 'three'),
    failed('2'),
  ]);
  expect(text).toMatchInlineSnapshot(`
    "12:01:04  orders         GET /orders/42  succeeded  4 ms  00000001
    12:01:03  orders         GET /orders/42  running  00000002
                one
                ␛[2Jtwo
                three
    12:01:04  orders         GET /orders/42  failed  12 ms (cold 61 ms)  00000002
                TypeError: total is not a number
                    at handler (src/orders.ts:12:9)
    "
  `);
});

test('log lines of invocations that run together stay with their invocation', async () => {
  const text = await written([
    ...started,
    offered('1'),
    offered('2', { functionName: 'resize-images', event: bytes(getRequest('/images/7')) }),
    log('1', 'of 1'),
    log('2', 'of 2'),
    log('1', 'of 1 again'),
  ]);
  expect(text).toMatchInlineSnapshot(`
    "12:01:03  orders         GET /orders/42  running  00000001
                of 1
    12:01:03  resize-images  GET /images/7  running  00000002
                of 2
    12:01:03  orders         GET /orders/42  running  00000001
                of 1 again
    "
  `);
});

test('how else an invocation can end', async () => {
  const stop = (id: string, phase: 'refused' | 'withdrawn', reason: string): SessionEvent => ({
    type: 'stopped',
    id,
    at: NOON,
    phase,
    reason,
  });
  const text = await written([
    ...started,
    offered('1'),
    stop('1', 'refused', 'streaming is not supported here'),
    succeeded('1'),
    offered('2', { requestId: '00000001-1111-4222-8333-444455556666' }),
    stop('2', 'withdrawn', 'nobody waits any more'),
  ]);
  expect(text).toMatchInlineSnapshot(`
    "12:01:03  orders         GET /orders/42  refused  streaming is not supported here  00000001
    12:01:03  orders         GET /orders/42  withdrawn  nobody waits any more  attempt 2  00000001
    "
  `);
});

test('what does not build is shown where it is, and that it runs again', async () => {
  const location = { file: '/app/src/orders.ts', line: 12, column: 4, lineText: '\tlet x y' };
  const problems = [
    { text: 'Expected ";" but found "y"', location },
    { text: 'Could not resolve "left-pad"', location: { ...location, file: '/elsewhere/a.ts' } },
    { text: 'no place' },
  ];
  const state = (status: Extract<SessionEvent, { type: 'function' }>['state']): SessionEvent => ({
    type: 'function',
    name: 'orders',
    arn: 'arn',
    state: status,
  });
  const text = await written([
    ...started,
    state({ status: 'build-error', problems }),
    { type: 'reloaded', functionName: 'orders', file: 'src/orders.ts', durationMs: 12 },
    state({ status: 'serving' }),
    state({ status: 'held', sessionId: 'anna', since: '2026-01-02T11:00:00Z' }),
    state({ status: 'off' }),
  ]);
  expect(text).toMatchInlineSnapshot(`
    "12:01:03  orders  does not build
                src/orders.ts:12:4: Expected ";" but found "y"
                  12 │     let x y
                     │       ^
                /elsewhere/a.ts:12:4: Could not resolve "left-pad"
                  12 │     let x y
                     │       ^
                no place
    12:01:03  orders reloaded after src/orders.ts in 12 ms
    12:01:03  orders  runs here again
    12:01:03  orders  off: its deployed handler runs
    "
  `);
});

test('functions that another session holds are told by the notice of the session alone', async () => {
  const state = (
    name: string,
    status: Extract<SessionEvent, { type: 'function' }>['state'],
  ): SessionEvent => ({
    type: 'function',
    name,
    arn: 'arn',
    state: status,
  });
  const held = { status: 'held', sessionId: 'anna', since: '2026-01-02T11:00:00Z' } as const;
  const text = await written([
    state('orders', { status: 'off' }),
    state('orders', held),
    ...served('bills'),
    state('bills', held),
  ]);
  expect(text).toBe('');
});

test('connections are mentioned when they are in trouble, and notices always', async () => {
  const text = await written([
    { type: 'connection', state: { status: 'connecting', attempt: 1 } },
    { type: 'connection', state: { status: 'connected', connection: 1 } },
    { type: 'connection', state: { status: 'connecting', attempt: 2, cause: new Error('ECONNREFUSED') } },
    { type: 'connection', state: { status: 'connected', connection: 2 } },
    { type: 'connection', state: { status: 'closed' } },
    { type: 'notice', level: 'info', text: 'a fixture was recorded' },
    { type: 'notice', level: 'error', text: 'the host stopped\nit printed: \u0007' },
  ]);
  expect(text).toMatchInlineSnapshot(`
    "12:01:03  connection  connecting, attempt 2: ECONNREFUSED
    12:01:03  connection  connected
    12:01:03  a fixture was recorded
    12:01:03  error: the host stopped
                it printed: ␇
    "
  `);
});

test('dropped messages are lines with verbose only', async () => {
  const dropped: SessionEvent = { type: 'dropped', process: 'stub', reason: 'seal-broken', detail: 'from x' };
  expect(await written([dropped])).toBe('');
  expect(await written([dropped], { verbose: true })).toBe('12:01:03  dropped  stub seal-broken: from x\n');
});

test('colours are there only when they are wanted', async () => {
  const events = [...started, offered('1'), succeeded('1')];
  const escapes = /\u001b\[\d+m/g;
  const coloured = await written(events, { colour: true });
  expect(coloured.replace(escapes, '')).toBe(await written(events));
  expect(coloured).toContain('\u001b[32msucceeded\u001b[39m');
});

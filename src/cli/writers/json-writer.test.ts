import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { SessionEvent } from '../../session/event.ts';
import { createSessionStore } from '../../session/store.ts';
import { createJsonWriter } from './json-writer.ts';
import type { Ready } from './writer.ts';

const at = Date.parse('2026-01-02T12:01:03.000Z');

async function written(
  events: readonly SessionEvent[],
  { verbose = false, ready }: { verbose?: boolean; ready?: Ready } = {},
): Promise<readonly unknown[]> {
  const store = createSessionStore();
  const stdout = new PassThrough({ encoding: 'utf8' });
  const writer = createJsonWriter({ store, stdout, verbose });
  if (ready !== undefined) writer.ready(ready);
  for (const event of events) store.dispatch(event);
  await writer.close();
  store.dispatch({ type: 'notice', level: 'info', text: 'after close' });
  stdout.end();
  return (stdout.read() ?? '')
    .split('\n')
    .slice(0, -1)
    .map((line: string): unknown => JSON.parse(line));
}

const offered: SessionEvent = {
  type: 'offered',
  id: 'a1',
  requestId: 'r1',
  functionName: 'hello',
  lane: 'default',
  event: new TextEncoder().encode('{}'),
  at,
};

test('the ready line has the fields of the command line contract only', async () => {
  const where = {
    endpoint: 'http://127.0.0.1:4566',
    mqtt: 'mqtt://127.0.0.1:1883',
    mode: 'offline',
    account: '000000000000',
    region: 'us-east-1',
  } as const;
  const ready = {
    ...where,
    functions: [{ name: 'hello', arn: 'arn:hello', root: '/not/shown' }],
  };
  expect(await written([{ type: 'notice', level: 'info', text: 'hi' }], { ready })).toEqual([
    {
      type: 'ready',
      ...where,
      functions: [{ name: 'hello', arn: 'arn:hello' }],
    },
    { type: 'notice', level: 'info', text: 'hi' },
  ]);
});

test('the ready line comes first, whatever happened before it', async () => {
  const store = createSessionStore();
  const stdout = new PassThrough({ encoding: 'utf8' });
  const writer = createJsonWriter({ store, stdout, verbose: false });
  store.dispatch({ type: 'notice', level: 'info', text: 'early' });
  const who = { mode: 'live', account: '1', region: 'r', identity: 'i' } as const;
  writer.ready({ endpoint: 'http://127.0.0.1:1', mqtt: 'mqtt://127.0.0.1:2', ...who, functions: [] });
  await writer.close();
  expect(stdout.read()).toBe(
    '{"type":"ready","endpoint":"http://127.0.0.1:1","mqtt":"mqtt://127.0.0.1:2",' +
      '"mode":"live","account":"1","region":"r","identity":"i","functions":[]}\n' +
      '{"type":"notice","level":"info","text":"early"}\n',
  );
});

test('an invocation is a line per phase, with its log lines between', async () => {
  const lines = await written([
    offered,
    { type: 'progress', id: 'a1', step: 'running', at },
    { type: 'claimed', id: 'a1', at: at + 5 },
    { type: 'log', id: 'a1', line: { stream: 'stderr', text: '\u001b[31mred\nand more' } },
    {
      type: 'ended',
      id: 'a1',
      at: at + 70,
      result: {
        status: 'succeeded',
        payload: new Uint8Array(2),
        streamed: false,
        durationMs: 4.25,
        coldStart: true,
        initMs: 61,
      },
    },
  ]);
  const common = { type: 'invocation', requestId: 'r1', function: 'hello', lane: 'default' };
  expect(lines).toEqual([
    { ...common, phase: 'offered', id: 'a1', at: '2026-01-02T12:01:03.000Z' },
    { ...common, phase: 'claimed', at: '2026-01-02T12:01:03.005Z' },
    { type: 'log', requestId: 'r1', function: 'hello', stream: 'stderr', text: '\u001b[31mred\nand more' },
    {
      ...common,
      phase: 'succeeded',
      at: '2026-01-02T12:01:03.070Z',
      durationMs: 4.25,
      coldStart: true,
      initMs: 61,
    },
  ]);
});

test.each([
  ['handler', 'failed'],
  ['timeout', 'timed-out'],
  ['aborted', 'cancelled'],
] as const)('a result that failed with %s is the phase %s', async (failure, phase) => {
  const lines = await written([
    offered,
    {
      type: 'ended',
      id: 'a1',
      at,
      result: {
        status: 'failed',
        failure,
        errorType: 'Some.Error',
        payload: new Uint8Array(0),
        durationMs: 3,
        coldStart: false,
      },
    },
  ]);
  expect(lines[1]).toEqual({
    type: 'invocation',
    phase,
    requestId: 'r1',
    function: 'hello',
    durationMs: 3,
    coldStart: false,
    errorType: 'Some.Error',
    lane: 'default',
    at: '2026-01-02T12:01:03.000Z',
  });
});

test('an end is written once, and an invocation that nobody offered not at all', async () => {
  const stopped: SessionEvent = {
    type: 'stopped',
    id: 'a1',
    at,
    phase: 'withdrawn',
    reason: 'nobody waits',
  };
  const lines = await written([stopped, offered, offered, stopped, stopped]);
  expect(lines.map((line) => JSON.parse(JSON.stringify(line)).phase)).toEqual(['offered', 'withdrawn']);
});

test('builds, functions and connections', async () => {
  const location = { file: '/app/hello.ts', line: 3, column: 7, lineText: 'const x' };
  const lines = await written([
    { type: 'connection', state: { status: 'connecting', attempt: 2, cause: new Error('ECONNREFUSED') } },
    { type: 'connection', state: { status: 'connected', connection: 1 } },
    { type: 'connection', state: { status: 'closed' } },
    { type: 'function', name: 'hello', arn: 'arn:hello', state: { status: 'serving' } },
    {
      type: 'function',
      name: 'hello',
      arn: 'arn:hello',
      state: { status: 'held', sessionId: 's2', since: '2026', name: 'anna@laptop' },
    },
    {
      type: 'function',
      name: 'hello',
      arn: 'arn:hello',
      state: { status: 'build-error', problems: [{ text: 'Expected ";"', location }] },
    },
    { type: 'reloaded', functionName: 'hello', file: '/app/hello.ts', durationMs: 12 },
  ]);
  expect(lines).toEqual([
    { type: 'connection', status: 'connecting', attempt: 2, cause: 'ECONNREFUSED' },
    { type: 'connection', status: 'connected', connection: 1 },
    { type: 'connection', status: 'closed' },
    { type: 'function', status: 'serving', function: 'hello', arn: 'arn:hello' },
    {
      type: 'function',
      status: 'held',
      function: 'hello',
      arn: 'arn:hello',
      sessionId: 's2',
      by: 'anna@laptop',
      since: '2026',
    },
    {
      type: 'build',
      phase: 'failed',
      function: 'hello',
      problems: [{ text: 'Expected ";"', ...location }],
    },
    { type: 'build', phase: 'reloaded', function: 'hello', file: '/app/hello.ts', durationMs: 12 },
  ]);
});

test('dropped messages are lines with verbose only', async () => {
  const dropped: SessionEvent = { type: 'dropped', process: 'stub', reason: 'seal-broken', detail: 'from x' };
  expect(await written([dropped])).toEqual([]);
  expect(await written([dropped], { verbose: true })).toEqual([
    { type: 'dropped', process: 'stub', reason: 'seal-broken', detail: 'from x' },
  ]);
});

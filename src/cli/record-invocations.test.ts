import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listFixtures, loadFixture } from '../fixtures/load-fixtures.ts';
import type { SessionEvent } from '../session/event.ts';
import { createSessionStore } from '../session/store.ts';
import type { ConfiguredFunction } from './configuration.ts';
import { recordInvocations } from './record-invocations.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-record-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

const orders: ConfiguredFunction = {
  name: 'Shop-Orders6F8CCD22-yIr5Kx0c8Z1q',
  arn: 'arn:aws:lambda:us-east-1:000000000000:function:Shop-Orders6F8CCD22-yIr5Kx0c8Z1q',
  handler: 'orders.handler',
  runtime: 'nodejs24.x',
  timeoutMs: 3_000,
  memoryMb: 128,
  environment: { API_KEY: 'of-the-environment' },
  root: '/',
  code: 'source',
  deployment: {
    path: 'Shop/Orders',
    logicalId: 'Orders6F8CCD22',
    stack: { name: 'Shop', path: 'Shop', artifact: 'Shop' },
  },
};

const offered = (id: string, event: unknown): SessionEvent => ({
  type: 'offered',
  id,
  requestId: id,
  functionName: orders.name,
  lane: 'default',
  event: bytes(event),
  at: 1,
});

const FACTS = { durationMs: 1, coldStart: false } as const;

test('what ends is a fixture, observed invocations too; what was stopped is none', async () => {
  const store = createSessionStore();
  const recording = recordInvocations({ store, configuration: { functions: [orders] }, directory });
  const end = (id: string, result: Extract<SessionEvent, { type: 'ended' }>['result']): void =>
    store.dispatch({ type: 'ended', id, at: 2, result });
  store.dispatch(offered('1', { order: 1 }));
  end('1', { ...FACTS, status: 'succeeded', payload: bytes('by of-the-environment'), streamed: false });
  store.dispatch(offered('2', { order: 2 }));
  end('2', {
    ...FACTS,
    status: 'failed',
    failure: 'handler',
    errorType: 'TypeError',
    payload: bytes({ errorType: 'TypeError', errorMessage: 'no', trace: [] }),
  });
  store.dispatch(offered('3', { order: 3 }));
  end('3', { ...FACTS, status: 'failed', failure: 'aborted', errorType: 'Aborted', payload: bytes({}) });
  store.dispatch(offered('4', { order: 4 }));
  store.dispatch({ type: 'stopped', id: '4', at: 2, phase: 'withdrawn', reason: 'late' });
  store.dispatch({
    type: 'observed',
    id: '5',
    requestId: '5',
    functionName: orders.name,
    lane: 'default',
    event: bytes({ order: 5, token: 'abcdef-1' }),
    answer: bytes({ ok: true }).subarray(0, 4),
    answerBytes: 11,
    streamed: false,
    durationMs: 7,
    errorType: undefined,
    at: 9,
  });
  await recording.close();
  await recording.close();
  const files = await listFixtures([directory]);
  const fixtures = await Promise.all(files.map((file) => loadFixture(file)));
  expect(fixtures.map(({ file: _, ...fixture }) => fixture)).toEqual([
    {
      name: 'orders/order',
      functionName: 'Shop/Orders',
      event: { order: 1 },
      expect: { answer: { $regex: { pattern: '^by .+$', flags: 's' } } },
    },
    // Of a copy that is cut only the event is known.
    { name: 'orders/order-token', functionName: 'Shop/Orders', event: { order: 5, token: 'REDACTED-1' } },
    {
      name: 'orders/order-type-error',
      functionName: 'Shop/Orders',
      event: { order: 2 },
      expect: { error: { errorType: 'TypeError', errorMessage: 'no' } },
    },
  ]);
  expect(store.getState().notices.map(({ text }) => text)).toEqual([
    `Recording invocations as fixtures in ${directory}`,
    `3 fixtures recorded in ${directory}.`,
  ]);
});

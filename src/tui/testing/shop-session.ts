import type { SessionEvent } from '../../session/event.ts';
import type { TuiFixture } from '../tui-actions.ts';
import { bytes, failed, getRequest, log, NOON, offered, served, succeeded } from './session-events.ts';

const ORDER = { id: 'A-7', items: [{ sku: 'tea', count: 2 }], currency: 'EUR' };

const MESSAGES = bytes({
  Records: [1, 2, 3].map((id) => ({
    messageId: `m-${id}`,
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:jobs',
    body: JSON.stringify(ORDER),
  })),
});

const NIGHTLY = bytes({
  source: 'aws.events',
  'detail-type': 'Scheduled Event',
  resources: ['arn:aws:events:us-east-1:000000000000:rule/nightly'],
  detail: {},
});

const problem = {
  text: 'Expected ";" but found "totl"',
  location: { file: '/app/src/bills.ts', line: 12, column: 9, lineText: '  const totl total = 1' },
};

/** A session in which each state occurs that a function and an invocation may have. */
export const SHOP_SESSION: readonly SessionEvent[] = [
  ...served('orders-api', 'orders-queue', 'carts'),
  { type: 'function', name: 'bills', arn: 'arn', state: { status: 'build-error', problems: [problem] } },
  {
    type: 'function',
    name: 'stock',
    arn: 'arn',
    state: { status: 'held', sessionId: 's-1', since: '2026-01-02T11:00:00Z', name: 'anna@laptop' },
  },
  { type: 'function', name: 'mails', arn: 'arn', state: { status: 'off' } },
  offered('1', { functionName: 'orders-api', event: bytes(getRequest('/orders/42')) }),
  { type: 'claimed', id: '1', at: NOON + 4 },
  { type: 'progress', id: '1', step: 'building', at: NOON + 5 },
  { type: 'progress', id: '1', step: 'starting', at: NOON + 25 },
  { type: 'progress', id: '1', step: 'running', at: NOON + 86 },
  log('1', 'order A-7'),
  succeeded('1'),
  offered('2', { functionName: 'orders-queue', event: MESSAGES, at: NOON + 1_000 }),
  log('2', 'message m-2 is not an order'),
  failed('2'),
  offered('3', { functionName: 'carts', event: NIGHTLY, at: NOON + 2_000 }),
  {
    type: 'ended',
    id: '3',
    at: NOON + 2_400,
    result: {
      status: 'failed',
      failure: 'timeout',
      errorType: 'Sandbox.Timedout',
      payload: bytes({ errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 3.00 seconds' }),
      durationMs: 3_000,
      coldStart: false,
    },
  },
  offered('4', { functionName: 'orders-api', at: NOON + 2_000 }),
  { type: 'stopped', id: '4', at: NOON + 2_001, phase: 'withdrawn', reason: 'the stub stopped waiting' },
  offered('5', {
    functionName: 'orders-api',
    event: bytes(getRequest('/orders/42')),
    replayOf: '1',
    at: NOON + 2_000,
  }),
  succeeded('5', { statusCode: 404, body: '{"message":"no such order"}' }),
  offered('6', { functionName: 'carts', event: NIGHTLY, at: NOON + 2_500 }),
  { type: 'claimed', id: '6', at: NOON + 2_510 },
  { type: 'progress', id: '6', step: 'running', at: NOON + 2_520 },
  offered('7', { functionName: 'orders-queue', event: MESSAGES, at: NOON + 2_900 }),
];

export const SHOP_FIXTURES: readonly TuiFixture[] = [
  {
    name: 'orders-api/get',
    file: '/app/fixtures/events/orders-api/get.json',
    functionName: 'orders-api',
    event: getRequest('/orders/42'),
    expect: { answer: { statusCode: 200 } },
  },
  {
    name: 'orders-queue/batch',
    file: '/app/fixtures/events/orders-queue/batch.json',
    functionName: 'orders-queue',
    event: { Records: [] },
  },
  { name: 'broken', file: '/app/fixtures/events/broken.json', problem: 'Expected JSON, found "}" at 1:2.' },
];

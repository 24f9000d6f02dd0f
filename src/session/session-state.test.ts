import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InvocationResult } from '../runtime/invocation.ts';
import type { SessionEvent } from './event.ts';
import { KEPT } from './kept.ts';
import { findInvocation, isRunning, reduceSession } from './session-state.ts';
import { createSessionStore, INITIAL_STATE, type SessionState } from './store.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function offer(id: string, more: Partial<Extract<SessionEvent, { type: 'offered' }>> = {}): SessionEvent {
  return {
    type: 'offered',
    id,
    requestId: `request-${id}`,
    functionName: 'hello',
    lane: 'default',
    event: bytes('{"a":1}'),
    at: 1_000,
    ...more,
  };
}

const succeeded: InvocationResult = {
  status: 'succeeded',
  payload: bytes('"ok"'),
  streamed: false,
  durationMs: 4,
  initMs: 61,
  coldStart: true,
};

function failed(failure: Extract<InvocationResult, { status: 'failed' }>['failure']): InvocationResult {
  return {
    status: 'failed',
    failure,
    errorType: 'TypeError',
    payload: bytes('{}'),
    durationMs: 2,
    coldStart: false,
  };
}

const stateAfter = (...events: readonly SessionEvent[]) => events.reduce(reduceSession, INITIAL_STATE);
const ended = (id: string, result: InvocationResult = succeeded): SessionEvent => ({
  type: 'ended',
  id,
  at: 1_070,
  result,
});
const log = (id: string, text: string): SessionEvent => ({
  type: 'log',
  id,
  line: { stream: 'stdout', text },
});
const serving: SessionEvent = {
  type: 'function',
  name: 'hello',
  arn: 'arn:hello',
  state: { status: 'serving' },
};

describe('an invocation', () => {
  test('is recorded from the offer to the answer', () => {
    const state = stateAfter(
      serving,
      offer('1'),
      { type: 'progress', id: '1', step: 'running', at: 1_003 },
      { type: 'claimed', id: '1', at: 1_005 },
      log('1', 'hi'),
      ended('1'),
    );
    expect({ ...state, invocations: [...state.invocations] }).toEqual({
      ...INITIAL_STATE,
      functions: [
        {
          name: 'hello',
          arn: 'arn:hello',
          state: { status: 'serving' },
          invocations: 1,
          errors: 0,
          reloads: 0,
        },
      ],
      invocations: [
        {
          id: '1',
          requestId: 'request-1',
          functionName: 'hello',
          lane: 'default',
          phase: 'succeeded',
          step: undefined,
          reloads: 0,
          offeredAt: 1_000,
          claimedAt: 1_005,
          runningAt: 1_003,
          endedAt: 1_070,
          durationMs: 4,
          initMs: 61,
          coldStart: true,
          attempt: 1,
          event: bytes('{"a":1}'),
          answer: bytes('"ok"'),
          errorType: undefined,
          reason: undefined,
          logs: [{ stream: 'stdout', text: 'hi' }],
          logBytes: 2,
          logsLeftOut: 0,
          bodiesLeftOut: false,
          pinned: false,
          context: undefined,
          maxMemoryMb: undefined,
          buildingAt: undefined,
          startingAt: undefined,
          answerBytes: undefined,
        },
      ],
      keptBytes: 7 + 4 + 2,
      totals: { offered: 1, succeeded: 1, failed: 0 },
    });
  });

  test.each([
    ['handler', 'failed', 1],
    ['build', 'failed', 1],
    ['timeout', 'timed-out', 1],
    ['aborted', 'cancelled', 0],
  ] as const)('that ends with %s is %s', (failure, phase, errors) => {
    const state = stateAfter(serving, offer('1'), ended('1', failed(failure)));
    expect([...state.invocations].map((record) => record.phase)).toEqual([phase]);
    expect(state.totals).toEqual({ offered: 1, succeeded: 0, failed: errors });
    expect(state.functions.map((record) => record.errors)).toEqual([errors]);
  });

  test('that was stopped keeps the reason, and a result after that changes nothing', () => {
    const stopped = stateAfter(offer('1'), {
      type: 'stopped',
      id: '1',
      at: 1_010,
      phase: 'refused',
      reason: 'off',
    });
    expect(findInvocation(stopped, '1')).toMatchObject({ phase: 'refused', reason: 'off', endedAt: 1_010 });
    expect(reduceSession(stopped, ended('1'))).toBe(stopped);
  });

  test('that nobody offered changes nothing', () => {
    for (const event of [ended('x'), log('x', 'hi')]) {
      expect(reduceSession(INITIAL_STATE, event)).toBe(INITIAL_STATE);
    }
  });

  test('offered again under its request id counts as the next attempt', () => {
    const again = (id: string) => offer(id, { requestId: 'same' });
    const state = stateAfter(
      again('1'),
      ended('1'),
      offer('2'),
      again('3'),
      again('4'),
      again('4'),
      again('1'),
    );
    expect([...state.invocations].map(({ id, attempt }) => [id, attempt])).toEqual([
      ['1', 1],
      ['2', 1],
      ['3', 2],
      ['4', 3],
    ]);
  });
});

describe('what is kept', () => {
  test('the oldest ended invocation makes room, running ones stay', () => {
    const events = Array.from({ length: KEPT.invocations }, (_, index) => offer(`${index}`));
    const state = stateAfter(...events, ended('1'), offer('last'));
    expect(state.invocations.length).toBe(KEPT.invocations);
    expect(findInvocation(state, '0')?.phase).toBe('offered');
    expect(findInvocation(state, '1')).toBeUndefined();
    expect(findInvocation(state, 'last')?.phase).toBe('offered');
  });

  test('bodies of the oldest ended invocations make room, and their records say so', () => {
    const event = new Uint8Array(KEPT.bytes / 4);
    const state = stateAfter(
      offer('running', { event }),
      offer('old', { event }),
      log('old', 'line'),
      ended('old'),
      offer('new', { event }),
      ended('new'),
      offer('newest', { event }),
      log('old', 'late'),
    );
    expect(
      [...state.invocations].map(({ id, event: kept, bodiesLeftOut, logsLeftOut }) => [
        id,
        kept.byteLength,
        bodiesLeftOut,
        logsLeftOut,
      ]),
    ).toEqual([
      ['running', event.byteLength, false, 0],
      ['old', 0, true, 2],
      ['new', event.byteLength, false, 0],
      ['newest', event.byteLength, false, 0],
    ]);
    expect(state.keptBytes).toBe(3 * event.byteLength + succeeded.payload.byteLength);
  });

  test('what is pinned stays, until it no longer is', () => {
    const pin = (id: string, on: boolean): SessionEvent => ({ type: 'pinned', id, on });
    const events = Array.from({ length: KEPT.invocations }, (_, index) => [
      offer(`${index}`),
      ended(`${index}`),
    ]).flat();
    const before = stateAfter(offer('first'), ended('first'), pin('first', true), ...events);
    expect(before.invocations.length).toBe(KEPT.invocations);
    expect(before.invocations.leftOut).toBe(1);
    expect(before.invocations.slice(0, 2).map(({ id }) => id)).toEqual(['first', '1']);
    const after = [pin('first', false), offer('another')].reduce(reduceSession, before);
    expect(after.invocations.slice(0, 2).map(({ id }) => id)).toEqual(['1', '2']);
  });

  test('only so much can be pinned, and that is said', () => {
    const events = Array.from({ length: KEPT.pinned + 1 }, (_, index): SessionEvent[] => [
      offer(`${index}`),
      { type: 'pinned', id: `${index}`, on: true },
    ]).flat();
    const state = stateAfter(...events);
    expect([...state.invocations].filter(({ pinned }) => pinned).length).toBe(KEPT.pinned);
    expect(state.notices).toEqual([
      { level: 'warning', text: 'No more can be pinned: unpin another one first.' },
    ]);
  });

  test('the newest 1,000 lines of an invocation', () => {
    const lines = Array.from({ length: KEPT.logLines + 5 }, (_, index) => log('1', `${index}`));
    const record = findInvocation(stateAfter(offer('1'), ...lines), '1');
    expect(record?.logs.length).toBe(KEPT.logLines);
    expect(record?.logs[0]?.text).toBe('5');
    expect(record?.logs.at(-1)?.text).toBe('1004');
    expect(record?.logsLeftOut).toBe(5);
  });

  test('256 KiB of lines, and of a larger single line its beginning', () => {
    const half = 'x'.repeat(KEPT.logBytes / 2);
    const three = findInvocation(
      stateAfter(offer('1'), log('1', 'first'), log('1', half), log('1', half)),
      '1',
    );
    expect(three?.logs.map((line) => line.text.length)).toEqual([half.length, half.length]);
    expect(three?.logBytes).toBe(KEPT.logBytes);
    const huge = findInvocation(stateAfter(offer('1'), log('1', '語'.repeat(100_000))), '1');
    expect(huge?.logs[0]?.text.slice(-21)).toBe('… 300000 bytes in all');
    expect(huge?.logBytes).toBeLessThanOrEqual(KEPT.logBytes);
  });

  test('the newest 50 notices, and drops as counts', () => {
    const notices = Array.from(
      { length: KEPT.notices + 1 },
      (_, index): SessionEvent => ({
        type: 'notice',
        level: 'info',
        text: `${index}`,
      }),
    );
    const dropped: SessionEvent = { type: 'dropped', process: 'stub', reason: 'seal-broken', detail: '' };
    const state = stateAfter(...notices, dropped, dropped);
    expect(state.notices.map((notice) => notice.text)).toEqual(
      Array.from({ length: KEPT.notices }, (_, index) => `${index + 1}`),
    );
    expect(state.drops).toEqual({ 'stub seal-broken': 2 });
  });
});

test('a file is told once as reloaded, with the functions that use it, until it is saved again', () => {
  const reloaded = (functionName: string, durationMs: number): SessionEvent => ({
    type: 'reloaded',
    functionName,
    file: 'src/hello.ts',
    durationMs,
  });
  const state = stateAfter(reloaded('hello', 12.4), reloaded('bye', 3), reloaded('hello', 2));
  expect(state.notices.map(({ level, text }) => `${level} ${text}`)).toEqual([
    'info bye, hello reloaded after src/hello.ts in 12 ms',
    'info hello reloaded after src/hello.ts in 2 ms',
  ]);
});

describe('the store', () => {
  test('tells writers every event after the state has it, and screens once per turn', async () => {
    const store = createSessionStore();
    const seen: number[] = [];
    let renders = 0;
    store.onEvent(() => seen.push(store.getState().invocations.length));
    const told = new Promise<void>((resolve) => {
      store.subscribe(() => {
        renders += 1;
        resolve();
      });
    });
    store.dispatch(offer('1'));
    store.dispatch(offer('2'));
    await told;
    expect([seen, renders]).toEqual([[1, 2], 1]);
  });
});

const id = fc.constantFrom('1', '2', '3', '4', '5');
const anyEvent: fc.Arbitrary<SessionEvent> = fc.oneof(
  id.map((value) => offer(value)),
  id.map((value) => offer(`${value}-again`, { requestId: `request-${value}` })),
  id.map((value) => offer(value, { event: new Uint8Array(KEPT.bytes / 3) })),
  id.map((value): SessionEvent => ({ type: 'claimed', id: value, at: 1 })),
  id.map((value): SessionEvent => ({ type: 'progress', id: value, step: 'building', at: 1 })),
  id.map((value) => ended(value)),
  id.map((value) => ended(value, failed('handler'))),
  fc.tuple(id, fc.string()).map(([value, text]) => log(value, text)),
  id.map((value): SessionEvent => ({ type: 'stopped', id: value, at: 1, phase: 'withdrawn', reason: '' })),
  fc.constant(serving),
);

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value))
    return;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
}

test('any order of events leaves a state that adds up, and never changes an earlier state', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
      let state: SessionState = INITIAL_STATE;
      deepFreeze(state);
      for (const event of events) {
        const before = state;
        state = reduceSession(before, event);
        deepFreeze(state);
        const sizes = [...state.invocations].map(
          (record) => record.event.byteLength + (record.answer?.byteLength ?? 0) + record.logBytes,
        );
        expect(state.keptBytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
        const endedWithBodies = [...state.invocations].filter((r) => !isRunning(r) && !r.bodiesLeftOut);
        expect(state.keptBytes <= KEPT.bytes || endedWithBodies.length === 0).toBe(true);
        for (const record of [...before.invocations].filter((r) => !isRunning(r))) {
          expect(findInvocation(state, record.id)?.phase).toBe(record.phase);
        }
      }
      const phases = [...state.invocations].map((record) => record.phase);
      expect(state.totals).toEqual({
        offered: phases.length,
        succeeded: phases.filter((phase) => phase === 'succeeded').length,
        failed: phases.filter((phase) => phase === 'failed').length,
      });
    }),
  );
});

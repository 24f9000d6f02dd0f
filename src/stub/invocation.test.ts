import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MessageToStub } from '../protocol/message.ts';
import { TIMING } from '../protocol/timing.ts';
import {
  claimTimeout,
  offerInvocation,
  reduceInvocation,
  type StubEffect,
  type StubEvent,
  type StubInvocation,
} from './invocation.ts';

const id = '00'.repeat(16);
const payload = new Uint8Array();
const facts = { durationMs: 1, logs: [] };

const messages = {
  claim: { kind: 'claim', id, meta: { beatIntervalMs: 1500 }, payload },
  beat: { kind: 'beat', id, meta: { beatIntervalMs: 1500 }, payload },
  result: { kind: 'result', id, meta: facts, payload },
  error: { kind: 'error', id, meta: facts, payload },
  refuse: { kind: 'refuse', id, meta: { code: 'Llx.NotServed', message: 'not served' }, payload },
  missing: { kind: 'missing', id, meta: { kind: 'offer', number: 0, sequences: [1] }, payload },
  chunk: { kind: 'chunk', id, meta: {}, payload },
  end: { kind: 'end', id, meta: { ...facts, failed: false }, payload },
  unknown: { kind: 'unknown', id, meta: {}, payload },
} as const satisfies Record<string, MessageToStub>;

const states = {
  offered: { phase: 'offered', holderOffline: false, offerAgainMs: 1000, claimMs: 4000 },
  'offered, holder offline': { phase: 'offered', holderOffline: true, offerAgainMs: 1000, claimMs: 4000 },
  running: { phase: 'running', beatIntervalMs: 1500, missed: 0, missable: 3 },
  'running, a beat missed': { phase: 'running', beatIntervalMs: 1500, missed: 1, missable: 3 },
  'running, holder offline': { phase: 'running', beatIntervalMs: 1500, missed: 0, missable: 1 },
  ended: { phase: 'ended', outcome: { type: 'timed-out' } },
} as const satisfies Record<string, StubInvocation>;

const timers = ['offer-again', 'claim', 'offline', 'beat', 'deadline'] as const;

const events: readonly StubEvent[] = [
  ...Object.values(messages).map((message) => ({ type: 'message', message }) as const),
  ...timers.map((timer) => ({ type: 'timer', timer }) as const),
  { type: 'holder', online: true },
  { type: 'holder', online: false },
  { type: 'reconnected' },
  { type: 'piece' },
];

function summary([state, effects]: readonly [StubInvocation, readonly StubEffect[]]): string {
  const phase = state.phase === 'ended' ? `ended ${outcomeOf(state)}` : state.phase;
  const sent = effects.flatMap((effect) =>
    effect.type === 'send' ? [effect.kind] : effect.type === 'drop' ? [`drop ${effect.reason}`] : [],
  );
  return [phase, ...sent].join(' + ');
}

function outcomeOf({ outcome }: Extract<StubInvocation, { phase: 'ended' }>): string {
  return outcome.type === 'failed' ? outcome.failure : outcome.type;
}

function nameOf(event: StubEvent): string {
  if (event.type === 'message') return event.message.kind;
  if (event.type === 'timer') return `timer ${event.timer}`;
  if (event.type === 'holder') return event.online ? 'holder online' : 'holder offline';
  return event.type;
}

describe('the stub’s reducer', () => {
  test('every state answers every event as the table says', () => {
    const table = Object.entries(states).flatMap(([name, state]) =>
      events.map((event) => `${name} | ${nameOf(event)} → ${summary(reduceInvocation(state, event))}`),
    );
    expect(`\n${table.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      offered | claim → running
      offered | beat → running
      offered | result → ended answered
      offered | error → ended answered
      offered | refuse → ended deployed
      offered | missing → offered
      offered | chunk → running
      offered | end → ended answered
      offered | unknown → offered + offer
      offered | timer offer-again → offered + offer
      offered | timer claim → ended Llx.Unclaimed + withdraw
      offered | timer offline → offered
      offered | timer beat → offered
      offered | timer deadline → ended timed-out + withdraw
      offered | holder online → offered + offer
      offered | holder offline → offered
      offered | reconnected → offered + offer
      offered | piece → running
      offered, holder offline | claim → running
      offered, holder offline | beat → running
      offered, holder offline | result → ended answered
      offered, holder offline | error → ended answered
      offered, holder offline | refuse → ended deployed
      offered, holder offline | missing → offered
      offered, holder offline | chunk → running
      offered, holder offline | end → ended answered
      offered, holder offline | unknown → offered + offer
      offered, holder offline | timer offer-again → offered + offer
      offered, holder offline | timer claim → ended Llx.Unclaimed + withdraw
      offered, holder offline | timer offline → ended deployed + withdraw
      offered, holder offline | timer beat → offered
      offered, holder offline | timer deadline → ended timed-out + withdraw
      offered, holder offline | holder online → offered + offer
      offered, holder offline | holder offline → offered
      offered, holder offline | reconnected → offered + offer
      offered, holder offline | piece → running
      running | claim → running
      running | beat → running
      running | result → ended answered
      running | error → ended answered
      running | refuse → running + drop out-of-turn
      running | missing → running
      running | chunk → running
      running | end → ended answered
      running | unknown → ended Llx.SessionLost + cancel
      running | timer offer-again → running
      running | timer claim → running
      running | timer offline → running
      running | timer beat → running + query
      running | timer deadline → ended timed-out + cancel
      running | holder online → running + query
      running | holder offline → running + query
      running | reconnected → running + query
      running | piece → running
      running, a beat missed | claim → running
      running, a beat missed | beat → running
      running, a beat missed | result → ended answered
      running, a beat missed | error → ended answered
      running, a beat missed | refuse → running + drop out-of-turn
      running, a beat missed | missing → running
      running, a beat missed | chunk → running
      running, a beat missed | end → ended answered
      running, a beat missed | unknown → ended Llx.SessionLost + cancel
      running, a beat missed | timer offer-again → running
      running, a beat missed | timer claim → running
      running, a beat missed | timer offline → running
      running, a beat missed | timer beat → running + query
      running, a beat missed | timer deadline → ended timed-out + cancel
      running, a beat missed | holder online → running + query
      running, a beat missed | holder offline → running + query
      running, a beat missed | reconnected → running + query
      running, a beat missed | piece → running
      running, holder offline | claim → running
      running, holder offline | beat → running
      running, holder offline | result → ended answered
      running, holder offline | error → ended answered
      running, holder offline | refuse → running + drop out-of-turn
      running, holder offline | missing → running
      running, holder offline | chunk → running
      running, holder offline | end → ended answered
      running, holder offline | unknown → ended Llx.SessionLost + cancel
      running, holder offline | timer offer-again → running
      running, holder offline | timer claim → running
      running, holder offline | timer offline → running
      running, holder offline | timer beat → ended Llx.SessionLost + cancel
      running, holder offline | timer deadline → ended timed-out + cancel
      running, holder offline | holder online → running + query
      running, holder offline | holder offline → running + query
      running, holder offline | reconnected → running + query
      running, holder offline | piece → running
      ended | claim → ended timed-out + drop invocation-ended
      ended | beat → ended timed-out + drop invocation-ended
      ended | result → ended timed-out + drop invocation-ended
      ended | error → ended timed-out + drop invocation-ended
      ended | refuse → ended timed-out + drop invocation-ended
      ended | missing → ended timed-out + drop invocation-ended
      ended | chunk → ended timed-out + drop invocation-ended
      ended | end → ended timed-out + drop invocation-ended
      ended | unknown → ended timed-out + drop invocation-ended
      ended | timer offer-again → ended timed-out
      ended | timer claim → ended timed-out
      ended | timer offline → ended timed-out
      ended | timer beat → ended timed-out
      ended | timer deadline → ended timed-out
      ended | holder online → ended timed-out
      ended | holder offline → ended timed-out
      ended | reconnected → ended timed-out
      ended | piece → ended timed-out
      "
    `);
  });

  test('an offer is sent at once, again each second, and given up after the claim timeout', () => {
    const [state, effects] = offerInvocation(60_000);
    expect(state.phase).toBe('offered');
    expect(effects).toEqual([
      { type: 'start-timer', timer: 'offer-again', afterMs: TIMING.offerAgainMs },
      { type: 'start-timer', timer: 'claim', afterMs: TIMING.claimTimeoutMs },
      { type: 'start-timer', timer: 'deadline', afterMs: 59_950 },
      { type: 'send', kind: 'offer' },
    ]);
  });

  test('the claim timeout is at most half of what is left, so that a short function fails with a reason', () => {
    expect(claimTimeout(3000)).toBe(1500);
    expect(claimTimeout(900_000)).toBe(TIMING.claimTimeoutMs);
    expect(claimTimeout(1)).toBe(1);
  });

  test('a short function is offered several times before the claim timeout, too', () => {
    expect(offerInvocation(1_000)[1].slice(0, 2)).toEqual([
      { type: 'start-timer', timer: 'offer-again', afterMs: 125 },
      { type: 'start-timer', timer: 'claim', afterMs: 500 },
    ]);
  });

  test('an offer that takes seconds through the quotas is given those before it is sent again or given up', () => {
    expect(offerInvocation(60_000, TIMING, 9_000)[1].slice(0, 2)).toEqual([
      { type: 'start-timer', timer: 'offer-again', afterMs: TIMING.offerAgainMs + 13_500 },
      { type: 'start-timer', timer: 'claim', afterMs: TIMING.claimTimeoutMs + 13_500 },
    ]);
  });

  test('a session that asks for missing frames is given the claim timeout anew', () => {
    expect(reduceInvocation(states.offered, { type: 'message', message: messages.missing })).toEqual([
      states.offered,
      [{ type: 'start-timer', timer: 'claim', afterMs: 4_000 }],
    ]);
  });

  test('a piece of an answer is as good as a beat', () => {
    const beat = reduceInvocation(states['running, a beat missed'], {
      type: 'message',
      message: messages.beat,
    });
    expect(reduceInvocation(states['running, a beat missed'], { type: 'piece' })).toEqual(beat);
  });

  test('three beat intervals without a beat are a lost session', () => {
    let state: StubInvocation = reduceInvocation(states.offered, {
      type: 'message',
      message: messages.claim,
    })[0];
    let waited = 0;
    let effects: readonly StubEffect[] = [{ type: 'start-timer', timer: 'beat', afterMs: 2250 }];
    while (state.phase === 'running') {
      const timer = effects.find((effect) => effect.type === 'start-timer' && effect.timer === 'beat');
      waited += timer?.type === 'start-timer' ? timer.afterMs : 0;
      [state, effects] = reduceInvocation(state, { type: 'timer', timer: 'beat' });
    }
    expect(waited).toBe(4500);
    expect(summary([state, effects])).toBe('ended Llx.SessionLost + cancel');
  });

  test('a beat after the holder was declared offline shows that it lives', () => {
    const [offline] = reduceInvocation(states.running, { type: 'holder', online: false });
    const [state] = reduceInvocation(offline, { type: 'message', message: messages.beat });
    expect(state).toEqual(states.running);
  });

  test.each([
    [0, 500, 950],
    [2_000, 1_500, 2_950],
  ])('waits until Lambda gives up, and %i ms longer', (lateAnswerMs, claimMs, deadlineMs) => {
    const [, effects] = offerInvocation(1_000, { ...TIMING, lateAnswerMs });
    expect(effects).toContainEqual({ type: 'start-timer', timer: 'claim', afterMs: claimMs });
    expect(effects).toContainEqual({ type: 'start-timer', timer: 'deadline', afterMs: deadlineMs });
  });

  const anyEvent = fc.constantFrom(...events);

  test('whatever happens, it ends once, and after a claim never by the deployed handler', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (sequence) => {
        let [state] = offerInvocation(60_000);
        let ends = 0;
        let claimed = false;
        for (const event of sequence) {
          const [next, effects] = reduceInvocation(state, event);
          if (next.phase === 'running') claimed = true;
          const end = effects.find((effect) => effect.type === 'end');
          if (end !== undefined) {
            ends += 1;
            expect(effects.at(-1)).toBe(end);
            if (claimed) expect(end.outcome.type).not.toBe('deployed');
          }
          if (state.phase === 'ended') expect(next).toBe(state);
          state = next;
        }
        expect(ends).toBe(state.phase === 'ended' ? 1 : 0);
      }),
    );
  });

  test('the deployed handler runs only after a refuse or a confirmed offline', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (sequence) => {
        let [state] = offerInvocation(60_000);
        for (const event of sequence) {
          const before = state;
          [state] = reduceInvocation(state, event);
          if (before.phase === 'ended' || state.phase !== 'ended' || state.outcome.type !== 'deployed')
            continue;
          expect(['refuse', 'timer offline']).toContain(nameOf(event));
        }
      }),
    );
  });

  test('once claimed it cannot wait for ever: without messages the beat timer ends it', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (sequence) => {
        let [state] = offerInvocation(60_000);
        for (const event of sequence) [state] = reduceInvocation(state, event);
        for (let silence = 0; silence < 10; silence++) {
          for (const timer of ['claim', 'beat'] as const)
            [state] = reduceInvocation(state, { type: 'timer', timer });
        }
        expect(state.phase).toBe('ended');
      }),
    );
  });
});

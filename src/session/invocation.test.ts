import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MessageToSession } from '../protocol/message.ts';
import { TIMING } from '../protocol/timing.ts';
import {
  acceptOffer,
  reduceSessionInvocation,
  type SessionEffect,
  type SessionInvocation,
  type SessionInvocationEvent,
} from './invocation.ts';

const id = '00'.repeat(16);
const payload = new Uint8Array();
const offerMeta = {
  requestId: 'r',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
  functionName: 'f',
  functionVersion: '$LATEST',
  memoryLimitInMB: '128',
  logGroupName: 'g',
  logStreamName: 's',
  lane: 'default',
  remainingMs: 3000,
  claimTimeoutMs: 1500,
  encodings: [],
} as const;

const messages = {
  offer: { kind: 'offer', id, meta: offerMeta, payload },
  withdraw: { kind: 'withdraw', id, meta: {}, payload },
  cancel: { kind: 'cancel', id, meta: {}, payload },
  query: { kind: 'query', id, meta: {}, payload },
  missing: { kind: 'missing', id, meta: { kind: 'result', number: 0, sequences: [0] }, payload },
  credit: { kind: 'credit', id, meta: { bytes: 10 }, payload },
  observe: {
    kind: 'observe',
    id,
    meta: { ...offerMeta, failed: false, eventBytes: 2, durationMs: 1 },
    payload,
  },
} as const satisfies Record<string, MessageToSession>;

const running = { phase: 'running', claimed: false, beatIntervalMs: 1500, keepMs: 4500 } as const;
const states = {
  running,
  'running, claimed': { ...running, claimed: true },
  answered: { phase: 'answered' },
  stopped: { phase: 'closed', refused: false },
  refused: { phase: 'closed', refused: true },
} as const satisfies Record<string, SessionInvocation>;

const events: readonly SessionInvocationEvent[] = [
  ...Object.values(messages).map((message) => ({ type: 'message', message }) as const),
  ...(['claim', 'beat', 'forget'] as const).map((timer) => ({ type: 'timer', timer }) as const),
  { type: 'finished' },
  { type: 'refused' },
  { type: 'quit' },
];

function nameOf(event: SessionInvocationEvent): string {
  if (event.type === 'message') return event.message.kind;
  return event.type === 'timer' ? `timer ${event.timer}` : event.type;
}

function summary([state, effects]: readonly [SessionInvocation, readonly SessionEffect[]]): string {
  const phase = state.phase === 'running' && state.claimed ? 'running, claimed' : state.phase;
  const done = effects.flatMap((effect) => {
    switch (effect.type) {
      case 'send':
        return [effect.kind];
      case 'drop':
        return [`drop ${effect.reason}`];
      case 'stop':
        return [`stop (${effect.phase})`];
      case 'forget':
      case 'run':
      case 'credit':
        return [effect.type];
      default:
        return [];
    }
  });
  return [phase, ...done].join(' + ');
}

describe('the session’s reducer', () => {
  test('every state answers every event as the table says', () => {
    const table = Object.entries(states).flatMap(([name, state]) =>
      events.map((event) => `${name} | ${nameOf(event)} → ${summary(reduceSessionInvocation(state, event))}`),
    );
    expect(`\n${table.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      running | offer → running, claimed + claim
      running | withdraw → closed + stop (withdrawn)
      running | cancel → closed + stop (cancelled)
      running | query → running, claimed + beat
      running | missing → running
      running | credit → running + credit
      running | observe → running + drop out-of-turn
      running | timer claim → running, claimed + claim
      running | timer beat → running
      running | timer forget → running
      running | finished → answered + answer
      running | refused → closed + refuse
      running | quit → closed + stop (cancelled) + cancelled
      running, claimed | offer → running, claimed + claim
      running, claimed | withdraw → closed + stop (withdrawn)
      running, claimed | cancel → closed + stop (cancelled)
      running, claimed | query → running, claimed + beat
      running, claimed | missing → running, claimed
      running, claimed | credit → running, claimed + credit
      running, claimed | observe → running, claimed + drop out-of-turn
      running, claimed | timer claim → running, claimed
      running, claimed | timer beat → running, claimed + beat
      running, claimed | timer forget → running, claimed
      running, claimed | finished → answered + answer
      running, claimed | refused → answered + answer
      running, claimed | quit → closed + stop (cancelled) + cancelled
      answered | offer → answered + beat + answer
      answered | withdraw → closed
      answered | cancel → closed
      answered | query → answered + beat + answer
      answered | missing → answered
      answered | credit → answered
      answered | observe → answered + drop invocation-ended
      answered | timer claim → answered
      answered | timer beat → answered
      answered | timer forget → answered + forget
      answered | finished → answered
      answered | refused → answered
      answered | quit → answered
      stopped | offer → closed + drop invocation-ended
      stopped | withdraw → closed + drop invocation-ended
      stopped | cancel → closed + drop invocation-ended
      stopped | query → closed + unknown
      stopped | missing → closed + drop invocation-ended
      stopped | credit → closed + drop invocation-ended
      stopped | observe → closed + drop invocation-ended
      stopped | timer claim → closed
      stopped | timer beat → closed
      stopped | timer forget → closed + forget
      stopped | finished → closed
      stopped | refused → closed
      stopped | quit → closed
      refused | offer → closed + refuse
      refused | withdraw → closed + drop invocation-ended
      refused | cancel → closed + drop invocation-ended
      refused | query → closed + refuse
      refused | missing → closed + drop invocation-ended
      refused | credit → closed + drop invocation-ended
      refused | observe → closed + drop invocation-ended
      refused | timer claim → closed
      refused | timer beat → closed
      refused | timer forget → closed + forget
      refused | finished → closed
      refused | refused → closed
      refused | quit → closed
      "
    `);
  });

  test('a handler that answers before the claim timer costs two messages: the offer and the answer', () => {
    const [accepted] = acceptOffer(3000);
    const [state, effects] = reduceSessionInvocation(accepted, { type: 'finished' });
    expect(effects.filter(({ type }) => type === 'send')).toEqual([{ type: 'send', kind: 'answer' }]);
    expect(state).toEqual({ phase: 'answered' });
  });

  test('a large answer is claimed first, once', () => {
    const [accepted] = acceptOffer(3000);
    const [claimed] = reduceSessionInvocation(accepted, { type: 'timer', timer: 'claim' });
    const sent = [accepted, claimed].map((state) =>
      reduceSessionInvocation(state, { type: 'finished', large: true })[1].filter(
        ({ type }) => type === 'send',
      ),
    );
    const answer = { type: 'send', kind: 'answer' };
    expect(sent).toEqual([[{ type: 'send', kind: 'claim' }, answer], [answer]]);
  });

  test('beats are spaced so that their total is bounded, however long the function may run', () => {
    expect(acceptOffer(3000)[0]).toMatchObject({ beatIntervalMs: TIMING.beatIntervalMs });
    expect(acceptOffer(900_000)[0]).toMatchObject({ beatIntervalMs: 900_000 / TIMING.beatsPerInvocation });
  });

  test('whatever happens, the handler is started once, and each invocation says at most one kind of end', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { maxLength: 60 }), (sequence) => {
        const [accepted, first] = acceptOffer(3000);
        let state = accepted;
        const effects: SessionEffect[] = [...first];
        for (const event of sequence) {
          const [next, more] = reduceSessionInvocation(state, event);
          state = next;
          effects.push(...more);
        }
        expect(effects.filter(({ type }) => type === 'run')).toHaveLength(1);
        const ends = new Set(
          effects.flatMap((effect) =>
            effect.type === 'send' && ['answer', 'refuse', 'cancelled'].includes(effect.kind)
              ? [effect.kind]
              : [],
          ),
        );
        expect(ends.size).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('a refusal never follows a claim: the deployed handler must not run then', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { maxLength: 40 }), (sequence) => {
        let [state] = acceptOffer(3000);
        let claimed = false;
        for (const event of sequence) {
          const [next, effects] = reduceSessionInvocation(state, event);
          for (const effect of effects) {
            if (effect.type !== 'send') continue;
            if (effect.kind === 'claim' || effect.kind === 'beat') claimed = true;
            if (effect.kind === 'refuse') expect(claimed).toBe(false);
          }
          state = next;
        }
      }),
    );
  });
});

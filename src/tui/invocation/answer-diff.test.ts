import { expect, test } from 'vitest';
import { createSessionStore, type InvocationRecord } from '../../session/store.ts';
import { bytes, offered, succeeded } from '../testing/session-events.ts';
import { diffPartner } from './answer-diff.ts';

/** A history of ended runs that counts how often a record of it is looked at. */
function ran(runs: readonly { readonly id: string; readonly event: unknown; readonly replayOf?: string }[]) {
  const store = createSessionStore();
  for (const { id, event, replayOf } of runs) {
    store.dispatch(offered(id, { event: bytes(event), ...(replayOf === undefined ? {} : { replayOf }) }));
    store.dispatch(succeeded(id));
  }
  const { invocations } = store.getState();
  let looked = 0;
  return {
    length: invocations.length,
    at(position: number) {
      looked += 1;
      return invocations.at(position);
    },
    find: (id: string) => invocations.find(id),
    looked: () => looked,
  };
}

const recordOf = (history: ReturnType<typeof ran>, id: string): InvocationRecord => {
  const record = history.find(id);
  if (record === undefined) throw new Error(`expected an invocation ${id}`);
  return record;
};

test('what it replays, else its newest replay, else an earlier run of the same event', () => {
  const history = ran([
    { id: 'other', event: 7 },
    { id: 'first', event: 1 },
    { id: 'second', event: 1 },
    { id: 'replay', event: 7, replayOf: 'other' },
    { id: 'again', event: 7, replayOf: 'other' },
    { id: 'alone', event: 9 },
  ]);
  const partnerOf = (id: string) => diffPartner(history, recordOf(history, id))?.id;
  expect(['replay', 'other', 'second', 'alone'].map(partnerOf)).toEqual([
    'other',
    'again',
    'first',
    undefined,
  ]);
});

test('is looked for once in a history, also when there is none', () => {
  const history = ran([...Array.from({ length: 20 }, (_, index) => ({ id: `${index}`, event: index }))]);
  const record = recordOf(history, '19');
  expect(diffPartner(history, record)).toBeUndefined();
  const once = history.looked();
  expect(once).toBeGreaterThanOrEqual(20);
  for (let part = 0; part < 3; part += 1) expect(diffPartner(history, record)).toBeUndefined();
  expect(history.looked()).toBe(once);
});

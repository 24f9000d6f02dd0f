import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvocationHistory } from './invocation-history.ts';
import { offeredRecord } from './new-record.ts';
import type { InvocationRecord } from './store.ts';

function record(id: string, more: Partial<InvocationRecord> = {}): InvocationRecord {
  const event = new Uint8Array(0);
  const offer = { type: 'offered', id, requestId: id, functionName: 'hello', lane: 'default' } as const;
  return { ...offeredRecord({ ...offer, event, at: 0 }, 1), ...more };
}

const ended = (one: InvocationRecord) => one.endedAt !== undefined;

type Change =
  | { readonly type: 'append' }
  | { readonly type: 'end'; readonly share: number }
  | { readonly type: 'drop' };

const changes = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Change>({ type: 'append' }) },
    {
      weight: 4,
      arbitrary: fc.double({ min: 0, max: 1, noNaN: true }).map((share): Change => ({ type: 'end', share })),
    },
    { weight: 3, arbitrary: fc.constant<Change>({ type: 'drop' }) },
  ),
  { maxLength: 600, size: 'max' },
);

test('it is a list that drops its oldest ended, whatever the order of changes, and older ones stay as they were', () => {
  fc.assert(
    fc.property(changes, (all) => {
      let history = InvocationHistory.empty();
      let model: readonly InvocationRecord[] = [];
      let earlier: { history: InvocationHistory; model: readonly InvocationRecord[] } = { history, model };
      all.forEach((change, step) => {
        if (change.type === 'append') {
          const added = record(`${step}`);
          history = history.append(added);
          model = [...model, added];
        } else if (change.type === 'end') {
          const position = Math.floor(change.share * model.length);
          const one = model[position];
          if (one === undefined) return;
          const after = { ...one, endedAt: step };
          history = history.replace(after);
          model = model.with(position, after);
        } else {
          const after = history.dropOldest(ended);
          // The newest one is never dropped.
          const oldest = model.slice(0, -1).find(ended);
          expect(after.dropped).toBe(oldest);
          history = after.history;
          model = model.filter((one) => one !== oldest);
        }
        if (step === 50) earlier = { history, model };
      });
      for (const one of [{ history, model }, earlier]) {
        expect([...one.history]).toEqual(one.model);
        expect(one.history.length).toBe(one.model.length);
        expect(one.history.slice(1, 4)).toEqual(one.model.slice(1, 4));
        for (const known of one.model) expect(one.history.find(known.id)).toBe(known);
        expect(one.history.find('none')).toBeUndefined();
        expect(one.history.at(-1)).toBe(one.model.at(-1));
      }
    }),
    { numRuns: 60 },
  );
});

test('a history that has been drawn finds its records without looking at all of them, while newer ones come', () => {
  let looks = 0;
  let drawn = InvocationHistory.empty();
  for (let number = 0; number < 1_000; number += 1) {
    const one = record('');
    const id = `${number}`;
    const get = () => {
      looks += 1;
      return id;
    };
    drawn = drawn.append(Object.defineProperty(one, 'id', { get }));
  }
  drawn.append(record('newer'));
  looks = 0;
  expect(drawn.find('0')).toBe(drawn.at(0));
  expect(looks).toBe(1);
});

test('two changes of one history do not meet', () => {
  const first = InvocationHistory.empty().append(record('1'));
  const one = first.append(record('2', { requestId: 'same', attempt: 7 }));
  const other = first.append(record('3'));
  expect([...one].map(({ id }) => id)).toEqual(['1', '2']);
  expect([...other].map(({ id }) => id)).toEqual(['1', '3']);
  expect([one.find('3'), other.find('2')]).toEqual([undefined, undefined]);
  expect([one.attemptsOf('same'), other.attemptsOf('same')]).toEqual([7, 0]);
});

test('bodies are let go from the oldest on, and those that had to stay as soon as they may', () => {
  const all = ['1', '2', '3'].map((id) => record(id, { endedAt: id === '1' ? undefined : 1 }));
  let history = all.reduce((before, one) => before.append(one), InvocationHistory.empty());
  const letGo = () => {
    const found = history.oldestWithBodies(ended);
    history =
      found.record === undefined
        ? found.history
        : found.history.replace({ ...found.record, bodiesLeftOut: true });
    return found.record?.id;
  };
  expect([letGo(), letGo(), letGo()]).toEqual(['2', '3', undefined]);
  history = history.replace(record('1', { endedAt: 2 }));
  expect([letGo(), letGo()]).toEqual(['1', undefined]);
});

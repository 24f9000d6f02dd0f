import { expect, test } from 'vitest';
import { createSessionStore } from '../../session/store.ts';
import { offered, succeeded } from '../testing/session-events.ts';
import { invocationFilter } from './invocation-filter.ts';
import { lookFurther, shownInvocations } from './shown-invocations.ts';

function historyOf(count: number) {
  const store = createSessionStore();
  for (let index = 0; index < count; index += 1) {
    store.dispatch(offered(`i${index}`));
    store.dispatch(succeeded(`i${index}`));
  }
  return store.getState().invocations;
}

test('what takes too long is looked at in the next turns, the newest first, each record once', () => {
  const history = historyOf(20);
  const filter = invocationFilter('orders');
  let time = 0;
  const slowly = () => (time += 5);
  const first = shownInvocations(history, filter, 'newest first', slowly);
  expect(first.waiting).toBeGreaterThan(0);
  expect(first.records.length + first.waiting).toBe(20);
  expect(first.records.map(({ id }) => id)).toEqual(Array.from(first.records, (_, row) => `i${19 - row}`));
  expect(shownInvocations(history, filter, 'newest first', slowly)).toBe(first);
  let shown = first;
  for (let turn = 0; turn < 20 && shown.waiting > 0; turn += 1) {
    lookFurther(history);
    shown = shownInvocations(history, filter, 'newest first', slowly);
  }
  expect(shown.records.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, row) => `i${19 - row}`));
  lookFurther(history);
  expect(shownInvocations(history, filter, 'newest first', slowly)).toBe(shown);
});

test('terms have to fit all, and a minus turns one round', () => {
  const history = historyOf(2);
  const count = (query: string) =>
    shownInvocations(history, invocationFilter(query), 'newest last', () => 0).records.length;
  expect(invocationFilter('  ')).toBeUndefined();
  expect(count('fn:orders status:succeeded source:http')).toBe(2);
  expect(count('fn:orders -status:succeeded')).toBe(0);
  expect(count('/orders/42')).toBe(2);
  expect(count('"a b"')).toBe(0);
  expect(count('.*')).toBe(0);
});

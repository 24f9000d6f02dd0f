import { expect, test } from 'vitest';
import { createSessionStore } from '../session/store.ts';
import { LatestDrops } from './latest-drops.ts';
import { dropped } from './testing/session-events.ts';

test('keeps the last few, newest last, equal neighbours as one', () => {
  const store = createSessionStore();
  const drops = new LatestDrops(store);
  for (const detail of ['a', 'b', 'c', 'c', 'd', 'd', 'd']) store.dispatch(dropped(detail));
  store.dispatch({ type: 'notice', level: 'info', text: 'not one of them' });
  const common = { process: 'stub', reason: 'seal-broken' };
  expect(drops.latest).toEqual([
    { ...common, detail: 'b', times: 1 },
    { ...common, detail: 'c', times: 2 },
    { ...common, detail: 'd', times: 3 },
  ]);
});

test('of a detail, keeps what a screen can show', () => {
  const store = createSessionStore();
  const drops = new LatestDrops(store);
  store.dispatch(dropped(`\u001b[2J\n${'x'.repeat(100_000)}`));
  expect(drops.latest[0]?.detail).toBe(`␛[2J␊${'x'.repeat(495)}`);
});

test('hears nothing after close', () => {
  const store = createSessionStore();
  const drops = new LatestDrops(store);
  drops.close();
  drops.close();
  store.dispatch(dropped('late'));
  expect(drops.latest).toEqual([]);
});

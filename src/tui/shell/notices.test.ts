import { expect, test } from 'vitest';
import { createSessionStore } from '../../session/store.ts';
import { NOON, served } from '../testing/session-events.ts';
import { noticesOf } from './notices.ts';

const anna = {
  status: 'held',
  sessionId: 's-1',
  since: '2026-01-02T11:00:00Z',
  name: 'anna@laptop',
} as const;

test('lanes that are taken are one notice, which follows them and goes when they were taken back', () => {
  const store = createSessionStore();
  const texts = () => noticesOf(store.getState(), NOON).map(({ text }) => text);
  for (const event of served('carts', 'orders')) store.dispatch(event);
  const taken = (text: string) => store.dispatch({ type: 'notice', level: 'warning', text, about: 'lanes' });
  store.dispatch({ type: 'function', name: 'orders', arn: 'arn', state: anna });
  taken('The lane default of orders was taken by anna@laptop (session s-1).');
  expect(texts()).toEqual(['! orders is held by anna@laptop (session s-1)']);
  store.dispatch({ type: 'function', name: 'carts', arn: 'arn', state: anna });
  taken('The lane default of carts was taken by anna@laptop (session s-1).');
  expect(texts()).toEqual(['! carts, orders are held by anna@laptop (session s-1)']);
  for (const event of served('carts', 'orders')) store.dispatch(event);
  expect(texts()).toEqual([]);
});

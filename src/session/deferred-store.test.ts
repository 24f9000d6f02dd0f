import { expect, test } from 'vitest';
import { deferEvents } from './deferred-store.ts';
import type { SessionEvent } from './event.ts';
import { createSessionStore } from './store.ts';

function setup() {
  const scheduled: (() => void)[] = [];
  const store = deferEvents(createSessionStore(), (flush) => scheduled.push(flush));
  const seen: string[] = [];
  store.onEvent((event) => seen.push(event.type === 'notice' ? event.text : event.type));
  return { store, scheduled, seen };
}

const notice = (text: string): SessionEvent => ({ type: 'notice', level: 'info', text });

test('events are taken in later, all of a turn at once and in order', () => {
  const { store, scheduled, seen } = setup();
  store.dispatch(notice('one'));
  store.dispatch(notice('two'));
  expect(seen).toEqual([]);
  expect(scheduled).toHaveLength(1);
  scheduled[0]?.();
  expect(seen).toEqual(['one', 'two']);
  store.dispatch(notice('three'));
  expect(scheduled).toHaveLength(2);
});

test('whoever asks for the state sees everything', () => {
  const { store, seen } = setup();
  store.dispatch(notice('one'));
  expect(store.getState().notices).toEqual([{ level: 'info', text: 'one' }]);
  expect(seen).toEqual(['one']);
});

test('what a listener adds comes after what was there', () => {
  const { store, scheduled, seen } = setup();
  const stop = store.onEvent((event) => {
    if (event.type === 'notice' && event.text === 'one') store.dispatch(notice('answer'));
  });
  store.dispatch(notice('one'));
  store.dispatch(notice('two'));
  for (const flush of scheduled) flush();
  stop();
  expect(seen).toEqual(['one', 'two', 'answer']);
});

import { expect, test } from 'vitest';
import { createSessionStore } from '../../session/store.ts';
import { NOON } from '../testing/session-events.ts';
import { NoticeBoard } from './notice-board.ts';

function open() {
  const store = createSessionStore();
  const board = new NoticeBoard();
  const pace = (waiting: number) => store.dispatch({ type: 'pacing', waiting, delayMs: 100 });
  const keys = () => board.shown(store.getState(), NOON).map(({ key }) => key);
  const dismiss = () => board.dismiss(store.getState(), NOON);
  return { store, board, pace, keys, dismiss };
}

test('what was dismissed stays away while it is there, and is news when it comes again', () => {
  const { store, board, pace, keys, dismiss } = open();
  pace(3);
  expect([keys(), dismiss(), keys(), dismiss()]).toEqual([['pacing'], true, [], false]);
  pace(4);
  board.update(store.getState(), NOON);
  expect(keys()).toEqual([]);
  pace(0);
  board.update(store.getState(), NOON);
  pace(5);
  expect(keys()).toEqual(['pacing']);
});

test('to look at it changes nothing: only how the session goes on does', () => {
  const { pace, keys, dismiss } = open();
  pace(3);
  dismiss();
  pace(0);
  expect(keys()).toEqual([]);
  pace(3);
  expect(keys()).toEqual([]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSessionStore } from '../../session/store.ts';
import { log, NOON, offered, succeeded } from '../testing/session-events.ts';
import { KEPT_LINES, LogBook } from './log-book.ts';
import { ShownLines } from './shown-lines.ts';

function open() {
  const store = createSessionStore();
  const book = new LogBook(store, () => NOON);
  store.dispatch(offered('1'));
  const texts = (end = book.nextSequence, filter = '') => {
    const { count, at } = new ShownLines(book, filter).upTo(end);
    return Array.from({ length: count }, (_, index) => book.at(at(index) ?? -1)?.text);
  };
  return { store, book, texts };
}

test('records of several lines are as many, each with its function, also after the end', () => {
  const { store, book, texts } = open();
  store.dispatch(log('1', 'one\ntwo'));
  store.dispatch(succeeded('1'));
  store.dispatch(log('1', 'late'));
  expect(texts()).toEqual(['one', 'two', 'late']);
  const line = { functionName: 'orders', invocationId: '1', text: 'late', at: NOON };
  expect(book.at(2)).toEqual({ sequence: 2, ...line });
});

test('only so many lines, and so many characters, are kept: the oldest go', () => {
  const { store, book } = open();
  for (let number = 0; number < KEPT_LINES.lines + 5; number += 1) store.dispatch(log('1', `${number}`));
  expect([book.length, book.firstSequence, book.at(4), book.at(5)?.text]).toEqual([
    KEPT_LINES.lines,
    5,
    undefined,
    '5',
  ]);
  const long = 'x'.repeat(100_000);
  for (let number = 0; number < 600; number += 1) store.dispatch(log('1', long));
  const kept = Array.from(
    { length: book.length },
    (_, index) => book.at(book.firstSequence + index)?.text ?? '',
  );
  expect(kept.reduce((sum, text) => sum + text.length, 0)).toBeLessThanOrEqual(KEPT_LINES.characters);
});

test('a filter that looks at each line once gives what a filter of all lines would', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('error one', 'two', 'Error three', 'look')),
      fc.nat(20),
      (lines, pause) => {
        const { store, book, texts } = open();
        const shown = new ShownLines(book, 'ERR');
        for (const text of lines) {
          store.dispatch(log('1', text));
          // Looked at while they come, as a screen does.
          shown.upTo(book.nextSequence);
        }
        const end = Math.min(pause, lines.length);
        const { count, at } = shown.upTo(end);
        const found = Array.from({ length: count }, (_, index) => book.at(at(index) ?? -1)?.text);
        expect(found).toEqual(lines.slice(0, end).filter((text) => /err/i.test(text)));
        expect(texts(end, 'fn:ord err')).toEqual(found);
        expect(texts(end, 'fn:other')).toEqual([]);
      },
    ),
  );
});

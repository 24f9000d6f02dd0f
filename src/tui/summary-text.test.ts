import { expect, test } from 'vitest';
import { INITIAL_STATE } from '../session/store.ts';
import { dropsTable, summaryText } from './summary-text.ts';

test.each([
  [{ offered: 0, succeeded: 0, failed: 0 }, {}, 'No invocations.'],
  [{ offered: 0, succeeded: 0, failed: 0 }, { 'stub seal-broken': 1 }, 'No invocations. 1 message dropped.'],
  [{ offered: 1, succeeded: 1, failed: 0 }, {}, '1 invocation: 1 succeeded.'],
  [
    { offered: 9, succeeded: 5, failed: 3 },
    { 'stub seal-broken': 2 },
    '9 invocations: 5 succeeded, 3 failed, 1 not answered here. 2 messages dropped.',
  ],
])('%j', (totals, drops, text) => {
  expect(summaryText({ ...INITIAL_STATE, totals, drops })).toBe(text);
});

test('what was thrown away is a table, most first', () => {
  const drops = { 'session frame-version': 2, 'broker broker-rule': 104, 'stub seal-broken\u001b[2J': 1 };
  expect(dropsTable({ ...INITIAL_STATE, drops })).toMatchInlineSnapshot(`
    "process  reason           count
    broker   broker-rule        104
    session  frame-version        2
    stub     seal-broken␛[2J      1"
  `);
});

test('where nothing was thrown away there is no table', () => {
  expect(dropsTable(INITIAL_STATE)).toBe(undefined);
});

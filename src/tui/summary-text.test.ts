import { expect, test } from 'vitest';
import { INITIAL_STATE } from '../session/store.ts';
import { summaryText } from './summary-text.ts';

test.each([
  [{ offered: 0, succeeded: 0, failed: 0 }, {}, 'No invocations.'],
  [{ offered: 1, succeeded: 1, failed: 0 }, {}, '1 invocation: 1 succeeded.'],
  [
    { offered: 9, succeeded: 5, failed: 3 },
    { 'stub seal-broken': 2 },
    '9 invocations: 5 succeeded, 3 failed, 1 not answered here. 2 messages dropped.',
  ],
])('%j', (totals, drops, text) => {
  expect(summaryText({ ...INITIAL_STATE, totals, drops })).toBe(text);
});
